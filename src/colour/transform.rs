//! The samples of a whole frame converted from their profile.

use moxcms::{ColorProfile, DataColorSpace, Layout, Matrix3d, RenderingIntent, TransformOptions};

use super::profile::{grey_srgb, read, unusable};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Pixels, Sample, SamplesMut};

/// The largest coefficient that moxcms's fixed-point numbers (Q2.13 in 16 bits) hold is just below
/// four; beyond it an 8-bit conversion overflows and highlights turn dark. Profiles of cameras with
/// linear primaries far from sRGB's have such.
const MOST_COEFFICIENT: f64 = 3.9;

/// How colours of one profile become those of another.
pub(super) fn options(from: &ColorProfile, to: &ColorProfile) -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        prefer_fixed_point: within_fixed_point(from.transform_matrix(to)),
        ..TransformOptions::default()
    }
}

fn within_fixed_point(matrix: Matrix3d) -> bool {
    // Negated, so that what is not a number counts as too large.
    matrix.v.as_flattened().iter().all(|c| c.abs() < MOST_COEFFICIENT)
}

/// How samples of a profile lie: three or one.
pub(super) fn layout_of(profile: &ColorProfile) -> Result<Layout> {
    let space = match profile.color_space {
        DataColorSpace::Rgb => return Ok(Layout::Rgb),
        DataColorSpace::Gray => return Ok(Layout::Gray),
        DataColorSpace::Cmyk => "CMYK",
        DataColorSpace::Lab => "Lab",
        DataColorSpace::Xyz => "XYZ",
        _ => "other",
    };
    let message = format!("the colour profile is for {space} samples");
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// Converts samples in place from a profile to sRGB; grey becomes sRGB's grey.
///
/// # Errors
/// If the profile cannot be used, or is for other samples than these.
pub fn convert_to_srgb(pixels: &mut Pixels, profile: &[u8]) -> Result<()> {
    let profile = read(profile)?;
    let layout = layout_of(&profile)?;
    if layout.channels() != pixels.channels() {
        let (of, are) = if layout == Layout::Gray { ("grey", "colour") } else { ("RGB", "grey") };
        let message = format!("the colour profile is for {of} samples, but the frame is {are}");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let srgb = srgb_for(layout);
    let options = options(&profile, &srgb);
    let width = pixels.size().width as usize * layout.channels();
    let eights = || profile.create_transform_8bit(layout, &srgb, layout, options);
    let sixteens = || profile.create_transform_16bit(layout, &srgb, layout, options);
    let rows = match pixels.samples_mut() {
        SamplesMut::Eight(s) => eights().and_then(|t| by_rows(s, width, |a, b| t.transform(a, b))),
        SamplesMut::Sixteen(s) => {
            sixteens().and_then(|t| by_rows(s, width, |a, b| t.transform(a, b)))
        }
    };
    rows.map_err(|e| unusable(&e))
}

/// sRGB for samples of this layout.
pub(super) fn srgb_for(layout: Layout) -> ColorProfile {
    if layout == Layout::Gray { grey_srgb() } else { ColorProfile::new_srgb() }
}

/// Converts row by row, so that one row is all the memory it takes.
fn by_rows<S: Sample, E>(
    samples: &mut [S],
    width: usize,
    convert: impl Fn(&[S], &mut [S]) -> Result<(), E>,
) -> Result<(), E> {
    let mut before = vec![S::default(); width];
    samples.chunks_exact_mut(width).try_for_each(|row| {
        before.copy_from_slice(row);
        convert(&before, row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::srgb;

    fn rgb(colour: [u8; 3]) -> Pixels {
        Pixels::Rgb8(image::ImageBuffer::from_pixel(2, 3, image::Rgb(colour)))
    }

    fn converted(mut pixels: Pixels, profile: &ColorProfile) -> [u8; 3] {
        convert_to_srgb(&mut pixels, &profile.encode().unwrap()).unwrap();
        let Pixels::Rgb8(image) = pixels else { panic!("RGB stays RGB") };
        image.get_pixel(1, 2).0
    }

    #[test]
    fn a_matrix_with_large_coefficients_does_not_overflow() {
        // A camera's linear primaries: a small green, so that the way to sRGB has coefficients over 4.
        let mut camera = ColorProfile::new_srgb();
        let tiny = |x: moxcms::Xyzd| moxcms::Xyzd { x: x.x / 6.0, y: x.y / 6.0, z: x.z / 6.0 };
        let [red, green, blue] = [camera.red_colorant, camera.green_colorant, camera.blue_colorant];
        [camera.red_colorant, camera.green_colorant, camera.blue_colorant] =
            [red, green, blue].map(|c| moxcms::Xyzd { x: c.x * 6.0, y: c.y * 6.0, z: c.z * 6.0 });
        assert_eq!(converted(rgb([250, 240, 245]), &camera), [255; 3]);
        [camera.red_colorant, camera.green_colorant, camera.blue_colorant] =
            [red, green, blue].map(tiny);
        let dark = converted(rgb([255, 255, 255]), &camera);
        // A sixth of the light is 114 in sRGB.
        assert!(dark.iter().all(|v| v.abs_diff(114) <= 2), "{dark:?}");
    }

    #[test]
    fn grey_stays_grey_and_a_profile_for_others_is_refused() {
        let gamma = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
        let mut pixels = Pixels::Gray8(image::ImageBuffer::from_pixel(3, 1, image::Luma([128])));
        convert_to_srgb(&mut pixels, &gamma).unwrap();
        let Pixels::Gray8(image) = &pixels else { panic!("grey stays grey") };
        // 128/255 to the 1.8th is 0.289 linear, in sRGB 0.575.
        assert!((i32::from(image.get_pixel(0, 0)[0]) - 147).abs() <= 2, "{image:?}");
        assert!(convert_to_srgb(&mut pixels, &srgb().unwrap()).is_err());
    }
}
