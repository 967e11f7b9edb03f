//! The measures: PSNR, SSIM, CIEDE2000 with a truth; clipping, hue, chroma, luma, contrast and
//! flat-area noise without one.

use std::fmt;

use longlens::filter::box_mean;
use longlens::frame::{Plane, Size};

use crate::picture::Picture;

/// How close a picture comes to the truth.
pub(crate) struct Truth {
    pub(crate) psnr: f64,
    pub(crate) ssim: f64,
    pub(crate) ciede2000: f64,
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let len = values.len().max(1) as f64;
    values.sum::<f64>() / len
}

impl Truth {
    pub(crate) fn of(picture: &Picture, truth: &Picture) -> Self {
        Self {
            psnr: psnr(picture, truth),
            ssim: ssim(picture, truth),
            ciede2000: colours(picture, truth),
        }
    }

    pub(crate) fn mean(all: &[Self]) -> Self {
        Self {
            psnr: mean(all.iter().map(|t| t.psnr)),
            ssim: mean(all.iter().map(|t| t.ssim)),
            ciede2000: mean(all.iter().map(|t| t.ciede2000)),
        }
    }
}

/// Peak signal-to-noise ratio over all three channels, dB.
pub(crate) fn psnr(picture: &Picture, truth: &Picture) -> f64 {
    let square = |(a, b): (&Plane, &Plane)| {
        let squares = a.values().iter().zip(b.values()).map(|(a, b)| f64::from((a - b) * (a - b)));
        mean(squares)
    };
    -10.0 * (mean(picture.channels.iter().zip(&truth.channels).map(square)) + 1e-12).log10()
}

/// Mean |difference| over all three channels, in levels of 255.
pub(crate) fn mean_difference(one: &Picture, other: &Picture) -> f64 {
    let channels = one.channels.iter().zip(&other.channels);
    255.0 * mean(channels.map(|(a, b)| f64::from(a.clone().zip(b, |a, b| (a - b).abs()).mean())))
}

/// Wang, Bovik et al. 2004 with windows of 7×7 and sample covariances, mean of the channels.
fn ssim(picture: &Picture, truth: &Picture) -> f64 {
    const RADIUS: usize = 3;
    const SAMPLES: f32 = 49.0 / 48.0;
    const C: (f32, f32) = (0.01 * 0.01, 0.03 * 0.03);
    mean(picture.channels.iter().zip(&truth.channels).map(|(x, y)| {
        let blurred_product =
            |a: &Plane, b: &Plane| box_mean(a.clone().zip(b, |a, b| a * b), RADIUS);
        let (mx, my) = (box_mean(x.clone(), RADIUS), box_mean(y.clone(), RADIUS));
        let (xx, yy, xy) = (blurred_product(x, x), blurred_product(y, y), blurred_product(x, y));
        let Size { width, height } = x.size();
        let inside = |side: u32| RADIUS..(side as usize).saturating_sub(RADIUS);
        let (mut sum, mut count) = (0.0, 0.0_f64);
        for row in inside(height) {
            for i in inside(width).map(|column| row * width as usize + column) {
                let (mx, my) = (mx.values()[i], my.values()[i]);
                let (vx, vy) =
                    (SAMPLES * (xx.values()[i] - mx * mx), SAMPLES * (yy.values()[i] - my * my));
                let vxy = SAMPLES * (xy.values()[i] - mx * my);
                let means = (2.0 * mx * my + C.0) / (mx * mx + my * my + C.0);
                sum += f64::from(means * (2.0 * vxy + C.1) / (vx + vy + C.1));
                count += 1.0;
            }
        }
        sum / count.max(1.0)
    }))
}

/// Mean CIEDE2000 of every second row and column.
fn colours(picture: &Picture, truth: &Picture) -> f64 {
    let Size { width, height } = picture.size();
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let i = (y * width + x) as usize;
            sum += ciede2000(lab(picture.at(i)), lab(truth.at(i)));
            count += 1.0;
        }
    }
    sum / count.max(1.0)
}

/// CIE L*a*b* of encoded sRGB, white D65.
fn lab(rgb: [f32; 3]) -> [f64; 3] {
    let [r, g, b] = rgb
        .map(f64::from)
        .map(|v| if v > 0.040_45 { ((v + 0.055) / 1.055).powf(2.4) } else { v / 12.92 });
    let xyz = [
        (0.412_453 * r + 0.357_58 * g + 0.180_423 * b) / 0.950_47,
        0.212_671 * r + 0.715_16 * g + 0.072_169 * b,
        (0.019_334 * r + 0.119_193 * g + 0.950_227 * b) / 1.088_83,
    ];
    let [x, y, z] = xyz.map(|v| if v > 0.008_856 { v.cbrt() } else { 7.787 * v + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005.
fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let polar = |a: f64, b: f64| {
        (((1.0 + g) * a).hypot(b), b.atan2((1.0 + g) * a).to_degrees().rem_euclid(360.0))
    };
    let ((c1, h1), (c2, h2)) = (polar(a1, b1), polar(a2, b2));
    let grey = c1 * c2 == 0.0;
    let mut turn = if grey { 0.0 } else { h2 - h1 };
    turn -= if turn > 180.0 {
        360.0
    } else if turn < -180.0 {
        -360.0
    } else {
        0.0
    };
    let mut hue = if grey { h1 + h2 } else { (h1 + h2) / 2.0 };
    if !grey && (h1 - h2).abs() > 180.0 {
        hue += if h1 + h2 < 360.0 { 180.0 } else { -180.0 };
    }
    let (light, chroma) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let cosine = |factor: f64, offset: f64| (factor * hue + offset).to_radians().cos();
    let t = 1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0)
        - 0.20 * cosine(4.0, -63.0);
    let middle = (light - 50.0) * (light - 50.0);
    let dl = (l2 - l1) / (1.0 + 0.015 * middle / (20.0 + middle).sqrt());
    let dc = (c2 - c1) / (1.0 + 0.045 * chroma);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn.to_radians() / 2.0).sin() / (1.0 + 0.015 * chroma * t);
    let bend = 30.0 * (-((hue - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(chroma) * (2.0 * bend).to_radians().sin();
    (dl * dl + dc * dc + dh * dh + rotation * dc * dh).sqrt()
}

/// What dehazing does to a photograph whose clear version is not known.
pub(crate) struct Real([f64; 6]);

impl Real {
    pub(crate) fn of(before: &Picture, after: &Picture) -> Self {
        let clipped = |p: &Picture| {
            let ends = |v: f32| v <= 1.0 / 255.0 || v >= 254.0 / 255.0;
            mean((0..p.len()).map(|i| f64::from(u8::from(p.at(i).into_iter().any(ends)))))
        };
        let (mut hue, mut coloured, mut chroma) = (0.0, 0.0_f64, [0.0, 0.0]);
        for i in 0..before.len() {
            let [_, a, b] = lab(before.at(i));
            let [_, c, d] = lab(after.at(i));
            let both = [a.hypot(b), c.hypot(d)];
            chroma = [chroma[0] + both[0], chroma[1] + both[1]];
            if both[0] > 5.0 && both[1] > 5.0 {
                let turn = (d.atan2(c) - b.atan2(a)).to_degrees();
                hue += ((turn + 180.0).rem_euclid(360.0) - 180.0).abs();
                coloured += 1.0;
            }
        }
        let (y, z) = (before.luma(), after.luma());
        let deviation = |p: &Plane| {
            let m = p.mean();
            f64::from(p.clone().map(|v| (v - m) * (v - m)).mean()).sqrt()
        };
        Self([
            (clipped(after) - clipped(before)) * 100.0,
            hue / coloured.max(1.0),
            chroma[1] / chroma[0].max(1e-3 * before.len() as f64),
            f64::from(z.mean() / y.mean()),
            deviation(&z) / deviation(&y).max(1e-3),
            flat_noise(&y, &z),
        ])
    }

    pub(crate) fn mean(all: &[Self]) -> Self {
        Self(std::array::from_fn(|m| mean(all.iter().map(|r| r.0[m]))))
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [clipped, hue, chroma, luma, contrast, noise] = self.0;
        write!(f, "{clipped:8.2} {hue:6.2} {chroma:6.3} {luma:6.3} {contrast:8.3} {noise:6.2}")
    }
}

/// Median |Laplacian| after dehazing divided by that before, in the flattest tenth of the original.
fn flat_noise(before: &Plane, after: &Plane) -> f64 {
    let (edges, raised) = (laplacian(before), laplacian(after));
    let busy = box_mean(edges.clone(), 7);
    let mut order: Vec<usize> = (0..busy.values().len()).collect();
    let flat = order.len() / 10;
    order.select_nth_unstable_by(flat, |&a, &b| busy.values()[a].total_cmp(&busy.values()[b]));
    let median = |plane: &Plane| {
        let mut values: Vec<f32> = order[..flat].iter().map(|&i| plane.values()[i]).collect();
        values.sort_by(f32::total_cmp);
        f64::from(values.get(flat / 2).copied().unwrap_or(0.0))
    };
    median(&raised) / median(&edges).max(1.0 / 1024.0)
}

fn laplacian(plane: &Plane) -> Plane {
    let Size { width, height } = plane.size();
    let (w, h) = (width as i64, height as i64);
    let mirrored = |i: i64, n: i64| (n - 1 - (n - 1 - i.abs()).abs()).clamp(0, n - 1) as usize;
    let at = |x: i64, y: i64| plane.row(mirrored(y, h))[mirrored(x, w)];
    let values = (0..h).flat_map(|y| {
        (0..w).map(move |x| {
            (at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y)).abs()
        })
    });
    Plane::new(plane.size(), values.collect())
}
