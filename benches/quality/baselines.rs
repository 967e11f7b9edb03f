//! The two textbook priors, written for comparison only.

use longlens::filter::{erode, guided};
use longlens::frame::{Plane, Size};

use crate::picture::Picture;

/// Side of the windows, share of the long side: 15 px of 600, as in both papers.
const WINDOW: f32 = 0.0125;
/// Radius of the guided filter, share of the long side, and its ε.
const GUIDED: (f32, f32) = (0.04, 1e-3);

fn radius_px(size: Size, share: f32) -> usize {
    ((size.long_side() as f32 * share).round() as usize).max(1)
}

/// He, Sun, Tang 2009: t = 1 − 0.95·dark(I/A), refined by their guided filter of 2010.
pub(crate) fn dark_channel(picture: &Picture) -> Picture {
    let radius = radius_px(picture.size(), WINDOW);
    let dark = erode(&least(picture, [1.0; 3]), radius);
    let airlight = brightest_of_top(picture, &dark);
    let t = erode(&least(picture, airlight), radius).map(|d| 1.0 - 0.95 * d);
    recovered(picture, airlight, &refined(picture, &t))
}

/// Zhu, Mai, Shao, "A Fast Single Image Haze Removal Algorithm Using Color Attenuation Prior",
/// TIP 2015: depth linear in value and saturation, t = e^(−depth).
pub(crate) fn colour_attenuation(picture: &Picture) -> Picture {
    let values = (0..picture.len()).map(|i| {
        let [r, g, b] = picture.at(i);
        let (least, most) = (r.min(g).min(b), r.max(g).max(b));
        0.121_779 + 0.959_71 * most - 0.780_245 * (1.0 - least / most.max(1e-3))
    });
    let depth = Plane::new(picture.size(), values.collect());
    let depth = erode(&depth, radius_px(picture.size(), WINDOW));
    let airlight = brightest_of_top(picture, &depth);
    let t = refined(picture, &depth).map(|d| (-d).exp().clamp(0.1, 0.9));
    recovered(picture, airlight, &t)
}

fn least(picture: &Picture, airlight: [f32; 3]) -> Plane {
    let values = (0..picture.len()).map(|i| {
        let [r, g, b] = picture.at(i);
        (r / airlight[0]).min(g / airlight[1]).min(b / airlight[2])
    });
    Plane::new(picture.size(), values.collect())
}

/// The brightest pixel of the highest 0.1 % of the plane.
fn brightest_of_top(picture: &Picture, plane: &Plane) -> [f32; 3] {
    let mut order: Vec<usize> = (0..picture.len()).collect();
    order.sort_by(|&a, &b| plane.values()[b].total_cmp(&plane.values()[a]));
    let sum = |i: &usize| picture.at(*i).iter().sum::<f32>();
    let brightest =
        order[..(picture.len() / 1000).max(1)].iter().max_by(|a, b| sum(a).total_cmp(&sum(b)));
    picture.at(*brightest.unwrap()).map(|a| a.max(1.0 / 255.0))
}

fn refined(picture: &Picture, plane: &Plane) -> Plane {
    let luma = picture.luma();
    let fit = guided(&luma, plane.clone(), radius_px(picture.size(), GUIDED.0), GUIDED.1);
    fit.a.zip(&luma, |a, y| a * y).zip(&fit.b, |slope, b| slope + b)
}

fn recovered(picture: &Picture, airlight: [f32; 3], t: &Plane) -> Picture {
    let channels = std::array::from_fn(|c| {
        let air = airlight[c];
        let channel = picture.channels[c].clone();
        channel.zip(t, |v, t| ((v - air) / t.max(0.1) + air).clamp(0.0, 1.0))
    });
    Picture { channels }
}
