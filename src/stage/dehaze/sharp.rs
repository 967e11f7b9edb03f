//! How much of the small picture is sharp: what no scene lacks, and a gradient has none of.

use super::measure::{Mean, smoothstep};
use crate::filter::box_mean;
use crate::frame::Plane;

/// Difference from the mean of its neighbours, a share of the airlight's luma, from which a pixel begins to be sharp,
/// and at which it is.
const SHARP: (f32, f32) = (0.008, 0.018);

/// Mean share of the pixels that differ from their neighbours as edges and textures do.
pub(super) fn sharp(luma: &Plane, air_luma: f32) -> f32 {
    let mut share = Mean::default();
    for (mean, luma) in box_mean(luma.clone(), 1).values().iter().zip(luma.values()) {
        share.add(smoothstep(SHARP, (luma - mean).abs() / air_luma), 1.0);
    }
    share.over(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::survey::survey;
    use super::*;
    use crate::filter::SmallPicture;
    use crate::frame::Size;

    #[test]
    fn a_gradient_has_nothing_sharp_and_is_not_hazy() {
        let size = Size::new(256, 170);
        let far = |i: usize| ((i % 256) as f32 - 70.0).hypot((i / 256) as f32 - 60.0) / 250.0;
        let values = (0..size.area() as usize).map(|i| (1.0 - far(i)).max(0.0)).collect();
        let plane = Plane::new(size, values);
        assert!(sharp(&plane, 1.0) < 1e-3);
        let light = SmallPicture::of([plane.clone(), plane.clone(), plane.clone()]);
        assert_eq!(survey(&light).haze.auto_strength, 0.0);
        let squares =
            |i: usize| if (i % 256 / 16 + i / 256 / 16).is_multiple_of(2) { 0.5 } else { 0.55 };
        let texture = Plane::new(size, (0..size.area() as usize).map(squares).collect());
        assert!(sharp(&texture, 1.0) > 0.1);
    }
}
