//! Samples as light, and light as samples.

use std::sync::LazyLock;

use crate::frame::{Pooled, Sample, encoded, linear};

/// A sample with its light.
pub(super) trait Lit: Pooled {
    /// Its light, linear.
    type Light: Copy + Default + Into<f32>;
    /// The nearest light to this number.
    fn light(number: f32) -> Self::Light;
    /// The light of these samples.
    fn to_light(samples: &[Self], light: &mut [Self::Light]);
    /// Adds the light of these samples to sums.
    fn add_light(samples: &[Self], sums: &mut [f32]);
    /// The nearest samples of this light.
    fn of_light(light: &[f32], samples: &mut [Self]);
}

/// 65,535ths: the darkest step of an 8-bit sample is 20 of them.
impl Lit for u8 {
    type Light = u16;

    #[inline(always)]
    fn light(number: f32) -> u16 {
        (number + 0.5) as u16
    }

    fn to_light(samples: &[Self], light: &mut [u16]) {
        let table = eights();
        for (light, &sample) in light.iter_mut().zip(samples) {
            *light = table[usize::from(sample)];
        }
    }

    fn add_light(samples: &[Self], sums: &mut [f32]) {
        let table = eights();
        for (sum, &sample) in sums.iter_mut().zip(samples) {
            *sum += f32::from(table[usize::from(sample)]);
        }
    }

    fn of_light(light: &[f32], samples: &mut [Self]) {
        static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let mut table = vec![255; 65_536];
            let mut first = 0;
            for sample in 0..255_u8 {
                // As far as the middle between this sample and the next.
                let end = linear((f64::from(sample) + 0.5) / 255.0) * 65_535.0;
                let end = end.ceil() as usize;
                table[first..end].fill(sample);
                first = end;
            }
            table
        });
        let table = &**TABLE;
        for (sample, &light) in samples.iter_mut().zip(light) {
            *sample = table[usize::from(Self::light(light.max(0.0).min(65_535.0)))];
        }
    }
}

/// The light of each 8-bit sample.
fn eights() -> &'static [u16; 256] {
    static TABLE: LazyLock<[u16; 256]> = LazyLock::new(|| {
        std::array::from_fn(|i| (linear(i as f64 / 255.0) * 65_535.0).round() as u16)
    });
    &TABLE
}

/// Floats, 0 to 1.
impl Lit for u16 {
    type Light = f32;

    #[inline(always)]
    fn light(number: f32) -> f32 {
        number
    }

    fn to_light(samples: &[Self], light: &mut [f32]) {
        let table = sixteens();
        for (light, &sample) in light.iter_mut().zip(samples) {
            *light = table[usize::from(sample)];
        }
    }

    fn add_light(samples: &[Self], sums: &mut [f32]) {
        let table = sixteens();
        for (sum, &sample) in sums.iter_mut().zip(samples) {
            *sum += table[usize::from(sample)];
        }
    }

    fn of_light(light: &[f32], samples: &mut [Self]) {
        /// Steps of the table; between two of them the curve is straight to a hundredth of a sample.
        const STEPS: f32 = 4096.0;
        // Of the root of light, which is nearly what is encoded: so dark steps are as fine as they have
        // to be.
        static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=STEPS as usize + 1)
                .map(|i| (i as f64 / f64::from(STEPS)).powi(2))
                .map(|light| (encoded(light) * 65_535.0) as f32)
                .collect()
        });
        let table = &**TABLE;
        for (sample, &light) in samples.iter_mut().zip(light) {
            let at = light.max(0.0).min(1.0).sqrt() * STEPS;
            let (step, share) = (at as usize, at.fract());
            *sample = Self::from_f32(table[step] + (table[step + 1] - table[step]) * share);
        }
    }
}

/// The light of each 16-bit sample.
fn sixteens() -> &'static [f32] {
    static TABLE: LazyLock<Vec<f32>> =
        LazyLock::new(|| (0..=u16::MAX).map(|i| linear(f64::from(i) / 65_535.0) as f32).collect());
    &TABLE
}
