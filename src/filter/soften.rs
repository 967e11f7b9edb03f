//! A picture softened a little: three pixels across and three down, weighted.

use super::SmallPicture;
use crate::frame::Plane;

/// Each pixel with a `share` of each neighbour, first across, then down: weights share, 1 − 2·share,
/// share. Beyond the edge the edge goes on.
#[must_use]
pub fn softened(picture: &SmallPicture, share: f32) -> SmallPicture {
    let channels = picture.channels.each_ref().map(|plane| down(&across(plane, share), share));
    SmallPicture { channels, scale: picture.scale }
}

fn across(plane: &Plane, share: f32) -> Plane {
    let mut out = plane.clone();
    let width = plane.size().width as usize;
    for (out, row) in
        out.values_mut().chunks_exact_mut(width).zip(plane.values().chunks_exact(width))
    {
        for (out, near) in out[1..].iter_mut().zip(row.windows(3)) {
            *out = mean([near[0], near[1], near[2]], share);
        }
        let last = width - 1;
        out[0] = mean([row[0], row[0], row[last.min(1)]], share);
        out[last] = mean([row[last.saturating_sub(1)], row[last], row[last]], share);
    }
    out
}

fn down(plane: &Plane, share: f32) -> Plane {
    let mut out = plane.clone();
    let (width, last) = (plane.size().width as usize, plane.size().height as usize - 1);
    for (y, out) in out.values_mut().chunks_exact_mut(width).enumerate() {
        let (above, row) = (plane.row(y.saturating_sub(1)), plane.row(y));
        let below = plane.row((y + 1).min(last));
        for (i, out) in out.iter_mut().enumerate() {
            *out = mean([above[i], row[i], below[i]], share);
        }
    }
    out
}

#[inline(always)]
fn mean([before, at, after]: [f32; 3], share: f32) -> f32 {
    (1.0 - 2.0 * share) * at + share * (before + after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_dot_spreads_to_its_neighbours_and_an_edge_goes_on() {
        let mut dot = Plane::filled(Size::new(4, 3), 0.0);
        dot.values_mut()[4] = 1.0;
        let picture = SmallPicture::of([dot.clone(), dot.clone(), dot]);
        let [soft, ..] = softened(&picture, 0.1).channels;
        let right = [0.09, 0.01, 0.0, 0.0, 0.72, 0.08, 0.0, 0.0, 0.09, 0.01, 0.0, 0.0];
        for (value, right) in soft.values().iter().zip(right) {
            assert!((value - right).abs() < 1e-6, "{soft:?}");
        }
    }
}
