//! A small picture made larger: Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE
//! Trans. ASSP 29 (1981), with a = −½, which keeps slopes and bends, so that nothing is blurred by it.

use super::SmallPicture;
use crate::frame::{Plane, Size};

/// The picture enlarged to `long_px` on its long side; one that is as large stays as it is.
#[must_use]
pub fn enlarged(picture: SmallPicture, long_px: u32) -> SmallPicture {
    let (from, long) = (picture.size(), picture.size().long_side());
    if long >= long_px {
        return picture;
    }
    let to = from.with_long_side(long_px);
    let columns = taps(from.width, to.width);
    let rows = taps(from.height, to.height);
    let channels = picture.channels.each_ref().map(|plane| between(plane, to, &columns, &rows));
    SmallPicture { channels, scale: picture.scale * long as f32 / long_px as f32 }
}

/// The four old pixels that a new one is made of, along a line, and their weights.
type Taps = [(usize, f32); 4];

fn taps(from: u32, to: u32) -> Vec<Taps> {
    let last = i64::from(from) - 1;
    let taps = |i: u32| {
        let at = (i as f32 + 0.5) * (from as f32 / to as f32) - 0.5;
        let before = at.floor();
        let t = at - before;
        let weights = [
            ((2.0 - t) * t - 1.0) * t / 2.0,
            ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
            ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
            (t - 1.0) * t * t / 2.0,
        ];
        let mut tap = before as i64 - 2;
        weights.map(|weight| {
            tap += 1;
            (tap.clamp(0, last) as usize, weight)
        })
    };
    (0..to).map(taps).collect()
}

/// The picture between its pixels; no darker than black and no brighter than white.
fn between(plane: &Plane, size: Size, columns: &[Taps], rows: &[Taps]) -> Plane {
    let mut values = Vec::with_capacity(size.area() as usize);
    let mut line = vec![0.0_f32; plane.size().width as usize];
    for taps in rows {
        let around = taps.map(|(y, weight)| (plane.row(y), weight));
        for (x, value) in line.iter_mut().enumerate() {
            *value = around.iter().map(|(row, weight)| row[x] * weight).sum();
        }
        values.extend(columns.iter().map(|taps| {
            let value: f32 = taps.iter().map(|&(x, weight)| line[x] * weight).sum();
            value.clamp(0.0, 1.0)
        }));
    }
    Plane::new(size, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope(size: Size) -> SmallPicture {
        let width = size.width as usize;
        let value = |i: usize| ((i % width) as f32 + 0.5) / width as f32;
        let plane = Plane::new(size, (0..size.area() as usize).map(value).collect());
        SmallPicture { scale: 1.0, ..SmallPicture::of([plane.clone(), plane.clone(), plane]) }
    }

    #[test]
    fn a_slope_stays_where_it_is() {
        let large = enlarged(slope(Size::new(60, 40)), 256);
        assert_eq!(large.size(), Size::new(256, 171));
        assert!((large.scale - 60.0 / 256.0).abs() < 1e-6);
        for (x, value) in large.channels[1].row(100).iter().enumerate().take(250).skip(6) {
            assert!((value - (x as f32 + 0.5) / 256.0).abs() < 1e-5, "{x}: {value}");
        }
    }

    #[test]
    fn one_pixel_and_one_as_large_are_themselves() {
        let one = enlarged(slope(Size::new(1, 1)), 8);
        assert_eq!(one.size(), Size::new(8, 8));
        assert!(one.channels[0].values().iter().all(|&v| v == 0.5));
        let same = slope(Size::new(256, 100));
        assert_eq!(enlarged(same.clone(), 256), same);
    }
}
