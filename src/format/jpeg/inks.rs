//! Four inks to three lights: CMYK and YCCK files as sRGB.
//!
//! With an embedded CMYK profile through moxcms, else by the plain model R = (1 − C)(1 − K). Adobe
//! (APP14 marker) stores inks inverted, 255 for none.

use moxcms::{ColorProfile, Layout, TransformOptions};

use super::walk::Segment;

/// How a sample stands for ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// 255 is full ink.
    Ink,
    /// 255 is no ink, as Adobe writes it.
    Light,
}

/// The polarity by the presence of Adobe's marker.
pub(super) fn polarity(segments: &[Segment<'_>]) -> Polarity {
    let adobe = segments.iter().any(|s| s.marker == 0xEE && s.body.starts_with(b"Adobe"));
    if adobe { Polarity::Light } else { Polarity::Ink }
}

/// Which conversion was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    /// Through the embedded profile.
    Profile,
    /// The plain model.
    Plain,
}

/// Converts rows of four inks to RGB in place: the first three quarters of `samples` hold it then.
pub(super) fn to_rgb(
    samples: &mut Vec<u8>,
    width: usize,
    polarity: Polarity,
    icc: Option<&[u8]>,
) -> Conversion {
    let transform = icc.and_then(|icc| {
        let from = ColorProfile::new_from_slice(icc).ok()?;
        let to = ColorProfile::new_srgb();
        from.create_transform_8bit(Layout::Rgba, &to, Layout::Rgb, TransformOptions::default()).ok()
    });
    let pixels = samples.len() / 4;
    let mut inks = vec![0; width * 4];
    let mut lights = vec![0; width * 3];
    for y in 0..pixels / width {
        inks.copy_from_slice(&samples[y * width * 4..][..width * 4]);
        if polarity == Polarity::Light {
            inks.iter_mut().for_each(|v| *v = 255 - *v);
        }
        let done = transform.as_ref().is_some_and(|t| t.transform(&inks, &mut lights).is_ok());
        if !done {
            plain(&inks, &mut lights);
        }
        samples[y * width * 3..][..width * 3].copy_from_slice(&lights);
    }
    samples.truncate(pixels * 3);
    if transform.is_some() { Conversion::Profile } else { Conversion::Plain }
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
        assert_eq!(to_rgb(&mut ink, 3, Polarity::Ink, None), Conversion::Plain);
        assert_eq!(ink, [255, 255, 255, 0, 0, 0, 0, 255, 255]);
        let mut light = vec![255, 255, 255, 255, 255, 255, 255, 0];
        to_rgb(&mut light, 2, Polarity::Light, None);
        assert_eq!(light, [255, 255, 255, 0, 0, 0]);
    }
}
