//! The cheapest path from a set of seeds to every pixel.
//!
//! Raster sweeps, each row swept both ways (Toivanen, "New geodesic distance transforms for gray-scale images",
//! Pattern Recognition Letters 17 (1996)): exact for paths that turn back no more often than there are
//! rounds, each down and up.

use crate::frame::Plane;

/// For every pixel the least sum of steps on any way from a seed, plus the seed's own value. A step to one
/// of the four neighbours costs the greater of the two pixels' `cost`.
#[must_use]
pub fn cheapest_way(seeds: Plane, cost: &Plane, rounds: usize) -> Plane {
    let mut sums = seeds;
    let (width, height) = (sums.size().width as usize, sums.size().height as usize);
    let values = sums.values_mut();
    for _ in 0..rounds {
        let before = values.to_vec();
        sweep_row(&mut values[..width], cost.row(0));
        for y in 1..height {
            let (above, row) = values.split_at_mut(y * width);
            step(&mut row[..width], &above[(y - 1) * width..], cost.row(y), cost.row(y - 1));
            sweep_row(&mut row[..width], cost.row(y));
        }
        for y in (1..height).rev() {
            let (above, row) = values.split_at_mut(y * width);
            let above = &mut above[(y - 1) * width..];
            step(above, &row[..width], cost.row(y - 1), cost.row(y));
            sweep_row(above, cost.row(y - 1));
        }
        // No way is cheaper by a further round either.
        if *values == before {
            break;
        }
    }
    sums
}

/// From one row to the next.
fn step(row: &mut [f32], from: &[f32], cost: &[f32], from_cost: &[f32]) {
    for x in 0..row.len() {
        row[x] = row[x].min(from[x] + cost[x].max(from_cost[x]));
    }
}

/// Along a row, both ways.
fn sweep_row(row: &mut [f32], cost: &[f32]) {
    for x in 1..row.len() {
        row[x] = row[x].min(row[x - 1] + cost[x].max(cost[x - 1]));
    }
    for x in (1..row.len()).rev() {
        row[x - 1] = row[x - 1].min(row[x] + cost[x].max(cost[x - 1]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_way_round_a_wall_is_found_and_a_wall_costs() {
        let size = Size::new(9, 9);
        let mut cost = Plane::filled(size, 0.0);
        for x in 0..8 {
            cost.values_mut()[4 * 9 + x] = 1.0;
        }
        let mut seeds = Plane::filled(size, 9.0);
        seeds.values_mut()[..9].fill(0.0);
        let open = cheapest_way(seeds.clone(), &cost, 3);
        assert_eq!(open.row(8)[0], 0.0, "there is a gap on the right");
        cost.values_mut()[4 * 9 + 8] = 1.0;
        let closed = cheapest_way(seeds, &cost, 3);
        assert_eq!(closed.row(3)[0], 0.0);
        assert_eq!(closed.row(8)[0], 2.0, "into the wall and out of it");
    }
}
