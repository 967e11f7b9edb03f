//! Black as the sensor's masked borders show it.
//!
//! Tables of cameras say which columns and rows have no light; flashraw takes their mean. Where the table is
//! of another mode, or a border glows, the picture reaches into them, and all of it comes out too dark. So
//! each two columns or rows of the borders are looked at by themselves, and only those that are dark count.

use std::ops::Range;

use flashraw::{BlackLevel, FrameInfo, RawFrame, RawPixelData, Rect};

/// The spread of noise without light, at most, in parts of the range: 14 bits at the highest sensitivities.
const NOISE: f32 = 1.0 / 40.0;
/// How far columns without light are from each other, in parts of the range, where they have no noise.
const FROM_EACH_OTHER: f32 = 1.0 / 2000.0;
/// How far black is from what the file or the table says, in parts of what they say.
const FROM_STATED: f32 = 0.25;
/// Pairs of columns or rows that have to agree: a dead one is darker than black.
const AGREE: usize = 3;

/// Black of a frame whose black is measured, if its borders are not all dark; `None` to leave it as it is.
pub(super) fn measured(frame: &RawFrame, info: &FrameInfo) -> Option<BlackLevel> {
    let RawPixelData::U16(samples) = &frame.data else { return None };
    let is_whole = (frame.width, frame.height, frame.cpp) == (info.width, info.height, 1);
    if !info.black_from_masked || !is_whole {
        return None;
    }
    let stated =
        info.black_level.values.iter().sum::<f32>() / info.black_level.values.len().max(1) as f32;
    let white = info.white_level.at(1) as f32;
    of_lines(&lines(samples, frame.width as usize, &frame.masked_areas), stated, white)
}

/// Two columns or rows of a masked border: all places of the mosaic, which may differ in their black.
struct Line {
    mean: f32,
    spread: f32,
    /// Sums and counts for each place of the mosaic of 2 by 2.
    places: [(f64, u32); 4],
}

fn lines(samples: &[u16], stride: usize, areas: &[Rect]) -> Vec<Line> {
    let mut lines = Vec::new();
    for area in areas {
        let (xs, ys) =
            (area.x as usize..area.right() as usize, area.y as usize..area.bottom() as usize);
        let line = |columns: Range<usize>, rows: Range<usize>| {
            let (mut places, mut squares) = ([(0.0, 0); 4], [0.0; 4]);
            for y in rows {
                for x in columns.clone() {
                    let sample = f64::from(samples.get(y * stride + x).copied()?);
                    let place = y % 2 * 2 + x % 2;
                    places[place] = (places[place].0 + sample, places[place].1 + 1);
                    squares[place] += sample * sample;
                }
            }
            let mean = |(sum, count): (f64, u32)| sum / f64::from(count);
            let variance = |i: usize| squares[i] / f64::from(places[i].1) - mean(places[i]).powi(2);
            let spread = [0, 1, 2, 3].map(variance).iter().sum::<f64>() / 4.0;
            let level = places.map(mean).iter().sum::<f64>() / 4.0;
            let (mean, spread) = (level as f32, spread.max(0.0).sqrt() as f32);
            mean.is_finite().then_some(Line { mean, spread, places })
        };
        let pairs = |of: Range<usize>| of.clone().step_by(2).filter(move |&i| i + 2 <= of.end);
        match xs.len() < ys.len() {
            true => lines.extend(pairs(xs).filter_map(|x| line(x..x + 2, ys.clone()))),
            false => lines.extend(pairs(ys).filter_map(|y| line(xs.clone(), y..y + 2))),
        }
    }
    lines
}

/// Black of the lines that have no light; what was `stated`, if none has; `None` if all have none, or
/// nothing is known.
fn of_lines(lines: &[Line], stated: f32, white: f32) -> Option<BlackLevel> {
    let is_stated = stated > 0.0 && stated < white;
    let range = white - if is_stated { stated } else { 0.0 };
    let mut quiet: Vec<&Line> = lines
        .iter()
        .filter(|line| line.spread <= range * NOISE)
        .filter(|line| !is_stated || (line.mean - stated).abs() <= stated * FROM_STATED)
        .collect();
    quiet.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    // The darkest that do not stand alone.
    let near = |of: &Line| of.spread.max(range * FROM_EACH_OTHER);
    let agree = AGREE.min(lines.len());
    let start = (0..quiet.len()).find(|&i| {
        let last = quiet.get(i + agree - 1);
        last.is_some_and(|last| last.mean - quiet[i].mean <= near(quiet[i]))
    });
    let Some(start) = start else { return is_stated.then(|| BlackLevel::uniform(stated)) };
    let most = quiet[start].mean + near(quiet[start]);
    let dark: Vec<_> = quiet[start..].iter().take_while(|line| line.mean <= most).collect();
    if dark.len() == lines.len() {
        return None;
    }
    let places = [0, 1, 2, 3].map(|place| {
        let of = |line: &&&Line| line.places[place];
        let (sum, count) = dark.iter().map(of).fold((0.0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        (sum / f64::from(count)) as f32
    });
    Some(BlackLevel::pattern2x2(places))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDE: usize = 40;
    const ROWS: usize = 60;

    /// Samples whose columns from `light` on see a scene.
    fn sensor(light: usize) -> Vec<u16> {
        let mut state = 1_u32;
        let mut samples = Vec::new();
        for y in 0..ROWS {
            for x in 0..STRIDE {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (state >> 24) as u16 % 12;
                let scene = if x >= light { 700 + 40 * y as u16 } else { 0 };
                samples.push(1018 + noise + (x % 2) as u16 * 4 + scene);
            }
        }
        samples
    }

    fn black(light: usize, stated: f32) -> Option<Vec<f32>> {
        let areas = [Rect::new(2, 0, 16, ROWS as u32), Rect::new(30, 0, 10, ROWS as u32)];
        let lines = lines(&sensor(light), STRIDE, &areas);
        of_lines(&lines, stated, 15_300.0).map(|black| black.values)
    }

    #[test]
    fn columns_that_see_light_do_not_count() {
        for stated in [0.0, 1024.0] {
            for light in [12, 20, 35] {
                let black = black(light, stated).unwrap();
                let expected = [1023.5, 1027.5, 1023.5, 1027.5];
                assert!(
                    black.iter().zip(expected).all(|(is, was)| (is - was).abs() < 1.5),
                    "{light} {stated} {black:?}"
                );
            }
        }
    }

    #[test]
    fn dark_borders_are_left_to_the_decoder_and_lit_ones_to_the_table() {
        assert_eq!(black(STRIDE, 1024.0), None);
        assert_eq!(black(STRIDE, 0.0), None);
        assert_eq!(black(0, 1024.0), Some(vec![1024.0]));
        assert_eq!(black(0, 0.0), None);
    }

    #[test]
    fn a_dead_column_is_not_black() {
        let mut samples = sensor(STRIDE);
        (0..ROWS).for_each(|y| samples[y * STRIDE + 5] = 0);
        let lines = lines(&samples, STRIDE, &[Rect::new(2, 0, 16, ROWS as u32)]);
        let black = of_lines(&lines, 0.0, 15_300.0).unwrap().values;
        assert!(black.iter().all(|level| (1022.0..1030.0).contains(level)), "{black:?}");
    }
}
