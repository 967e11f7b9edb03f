//! The mean over a square window, by running sums.

use crate::frame::Plane;

/// The mean within `radius` pixels in both directions, over the part of the window that lies in
/// the plane.
#[must_use]
pub fn box_mean(mut plane: Plane, radius: usize) -> Plane {
    let across = means_of_rows(&plane, radius);
    means_of_columns(&across, radius, &mut plane);
    plane
}

fn means_of_rows(plane: &Plane, radius: usize) -> Plane {
    let (width, height) = (plane.size().width as usize, plane.size().height as usize);
    let mut out = Plane::filled(plane.size(), 0.0);
    for y in 0..height {
        let row = plane.row(y);
        let mut sum: f64 = row[..radius.min(width)].iter().map(|&v| f64::from(v)).sum();
        let mut count = radius.min(width);
        let mut share = 1.0 / count.max(1) as f64;
        for (x, mean) in out.values_mut()[y * width..][..width].iter_mut().enumerate() {
            let enters = row.get(x + radius);
            let leaves = x.checked_sub(radius + 1).map(|left| &row[left]);
            if enters.is_some() != leaves.is_some() {
                count = count + usize::from(enters.is_some()) - usize::from(leaves.is_some());
                share = 1.0 / count as f64;
            }
            // The two first: each sum then waits for one addition, not for two.
            sum += f64::from(*enters.unwrap_or(&0.0)) - f64::from(*leaves.unwrap_or(&0.0));
            *mean = (sum * share) as f32;
        }
    }
    out
}

fn means_of_columns(plane: &Plane, radius: usize, out: &mut Plane) {
    let (width, height) = (plane.size().width as usize, plane.size().height as usize);
    let mut sums = vec![0.0_f64; width];
    let mut count = radius.min(height);
    for y in 0..count {
        sums.iter_mut().zip(plane.row(y)).for_each(|(sum, &v)| *sum += f64::from(v));
    }
    for y in 0..height {
        if y + radius < height {
            let row = plane.row(y + radius);
            sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += f64::from(v));
            count += 1;
        }
        if y > radius {
            let row = plane.row(y - radius - 1);
            sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum -= f64::from(v));
            count -= 1;
        }
        let share = 1.0 / count as f64;
        let means = &mut out.values_mut()[y * width..][..width];
        means.iter_mut().zip(&sums).for_each(|(mean, sum)| *mean = (sum * share) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn equals_the_plain_definition_on_odd_sizes() {
        for (w, h, radius) in [(1_i64, 1_i64, 0_i64), (1, 1, 3), (7, 5, 1), (13, 9, 4), (5, 1, 2)] {
            let size = Size::new(w as u32, h as u32);
            let noise: Vec<f32> = (0..w * h).map(|i| ((i * 7919 + 13) % 101) as f32).collect();
            let means = box_mean(Plane::new(size, noise.clone()), radius as usize);
            for y in 0..h {
                for x in 0..w {
                    let rows = (y - radius).max(0)..=(y + radius).min(h - 1);
                    let window: Vec<f32> = rows
                        .flat_map(|v| {
                            ((x - radius).max(0)..=(x + radius).min(w - 1)).map(move |u| v * w + u)
                        })
                        .map(|i| noise[i as usize])
                        .collect();
                    let plain = window.iter().sum::<f32>() / window.len() as f32;
                    let mean = means.row(y as usize)[x as usize];
                    assert!((mean - plain).abs() < 1e-3, "{w}x{h} at {x},{y}: {mean} {plain}");
                }
            }
        }
    }
}
