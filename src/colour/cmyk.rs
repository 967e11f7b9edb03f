//! From CMYK and YCCK to sRGB.
//!
//! With the embedded CMYK profile through moxcms, or without one by the plain model R = (1 − C)(1 −
//! K). Adobe (APP14 marker) stores inks inverted, 255 for none.

use std::sync::Arc;

use moxcms::{ColorProfile, Layout, TransformExecutor, TransformOptions};

use super::profile::read;

/// How a sample encodes ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Polarity {
    /// 255 is full ink.
    Ink,
    /// 255 means no ink, as Adobe writes it.
    Light,
}

/// Turns inks into lights, by a profile if it can be used.
pub(crate) struct Press {
    polarity: Polarity,
    transform: Option<Arc<dyn TransformExecutor<u8> + Send + Sync>>,
    transform_sixteen: Option<Arc<dyn TransformExecutor<u16> + Send + Sync>>,
}

impl Press {
    /// A press with this CMYK profile, or without one.
    pub(crate) fn new(polarity: Polarity, icc: Option<&[u8]>) -> Self {
        let from = icc.and_then(|icc| read(icc).ok());
        let to = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let eight = |from: &ColorProfile| {
            from.create_transform_8bit(Layout::Rgba, &to, Layout::Rgb, options).ok()
        };
        let sixteen = |from: &ColorProfile| {
            from.create_transform_16bit(Layout::Rgba, &to, Layout::Rgb, options).ok()
        };
        let transform = from.as_ref().and_then(eight);
        Self { polarity, transform, transform_sixteen: from.as_ref().and_then(sixteen) }
    }

    /// What became of the profile that the file had, for a warning.
    pub(crate) fn said(&self) -> &'static str {
        match self.transform {
            Some(_) => "CMYK was converted to sRGB with it",
            None => "it cannot be used; CMYK was converted to sRGB without it",
        }
    }

    /// Converts a run of inks, which is changed, to lights.
    pub(crate) fn print(&self, inks: &mut [u8], lights: &mut [u8]) {
        if self.polarity == Polarity::Light {
            inks.iter_mut().for_each(|v| *v = 255 - *v);
        }
        let done = self.transform.as_ref().is_some_and(|t| t.transform(inks, lights).is_ok());
        if !done {
            plain(inks, lights);
        }
    }

    /// The same for 16 bits.
    pub(crate) fn print_sixteen(&self, inks: &mut [u16], lights: &mut [u16]) {
        if self.polarity == Polarity::Light {
            inks.iter_mut().for_each(|v| *v = u16::MAX - *v);
        }
        let transform = self.transform_sixteen.as_ref();
        if transform.is_some_and(|t| t.transform(inks, lights).is_ok()) {
            return;
        }
        for (ink, light) in inks.chunks_exact(4).zip(lights.chunks_exact_mut(3)) {
            let paper = u64::from(u16::MAX - ink[3]);
            for (l, &i) in light.iter_mut().zip(ink) {
                *l = ((u64::from(u16::MAX - i) * paper + 32_767) / 65_535) as u16;
            }
        }
    }

    /// Converts rows of inks in place: the first three quarters of `samples` are left.
    pub(crate) fn print_in_place(&self, samples: &mut Vec<u8>, width: usize) {
        let pixels = samples.len() / 4;
        let mut inks = vec![0; width * 4];
        let mut lights = vec![0; width * 3];
        for y in 0..pixels / width {
            inks.copy_from_slice(&samples[y * width * 4..][..width * 4]);
            self.print(&mut inks, &mut lights);
            samples[y * width * 3..][..width * 3].copy_from_slice(&lights);
        }
        samples.truncate(pixels * 3);
    }
}

/// R = (1 − C)(1 − K), rounded.
fn plain(inks: &[u8], lights: &mut [u8]) {
    for (ink, light) in inks.chunks_exact(4).zip(lights.chunks_exact_mut(3)) {
        let paper = 255 - u32::from(ink[3]);
        for (l, &i) in light.iter_mut().zip(ink) {
            *l = (((255 - u32::from(i)) * paper + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ink_is_white_and_black_ink_is_black() {
        let mut ink = vec![0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0];
        Press::new(Polarity::Ink, None).print_in_place(&mut ink, 3);
        assert_eq!(ink, [255, 255, 255, 0, 0, 0, 0, 255, 255]);
        let mut light = vec![255, 255, 255, 255, 255, 255, 255, 0];
        Press::new(Polarity::Light, None).print_in_place(&mut light, 2);
        assert_eq!(light, [255, 255, 255, 0, 0, 0]);
    }
}
