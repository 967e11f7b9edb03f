//! A picture softened a little: three pixels across and three down, weighted.

use super::SmallPicture;
use super::box_mean::transposed;
use crate::frame::Plane;

/// Each pixel with a `share` of each neighbour, first across, then down: weights share, 1 − 2·share,
/// share.
#[must_use]
pub fn softened(picture: &SmallPicture, share: f32) -> SmallPicture {
    let channels = picture.channels.each_ref().map(|plane| {
        let across = transposed(&softened_rows(plane, share));
        transposed(&softened_rows(&across, share))
    });
    SmallPicture { channels }
}

fn softened_rows(plane: &Plane, share: f32) -> Plane {
    let width = plane.size().width as usize;
    let mut out = plane.clone();
    for (y, out) in out.values_mut().chunks_exact_mut(width).enumerate() {
        let row = plane.row(y);
        let last = width - 1;
        for (x, value) in out.iter_mut().enumerate() {
            let sides = row[x.saturating_sub(1)] + row[(x + 1).min(last)];
            *value = (1.0 - 2.0 * share) * row[x] + share * sides;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_dot_spreads_to_its_neighbours_and_an_edge_goes_on() {
        let mut dot = Plane::filled(Size::new(4, 3), 0.0);
        dot.values_mut()[4] = 1.0;
        let picture = SmallPicture { channels: [dot.clone(), dot.clone(), dot] };
        let [soft, ..] = softened(&picture, 0.1).channels;
        let right = [0.09, 0.01, 0.0, 0.0, 0.72, 0.08, 0.0, 0.0, 0.09, 0.01, 0.0, 0.0];
        for (value, right) in soft.values().iter().zip(right) {
            assert!((value - right).abs() < 1e-6, "{soft:?}");
        }
    }
}
