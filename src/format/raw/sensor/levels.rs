//! A sensor's samples as light: black taken off, white made 1, white balance applied.

use std::ops::Range;

use flashraw::{BlackLevel, CfaColor, RawFrame, RawPixelData, Rect, WhiteLevel};

use super::mosaic::Mosaic;

/// The samples of a part of the sensor as balanced light.
pub(super) struct Light<'a> {
    samples: Samples<'a>,
    /// Samples in a row of the sensor.
    stride: usize,
    columns: Range<usize>,
    rows: Range<usize>,
    black: BlackLevel,
    /// What a sample is multiplied with once black is off it, and black itself, for each row of the
    /// pattern: all columns.
    lines: Vec<Line>,
    red: (usize, usize),
}

#[derive(Clone, Copy)]
enum Samples<'a> {
    Whole(&'a [u16]),
    Float(&'a [f32]),
}

struct Line {
    black: Vec<f32>,
    gain: Vec<f32>,
}

/// The multipliers of red, green and blue, the least of them 1: what is white at full exposure is
/// then white in all three, and no colour that is not there can appear where they are clipped.
pub(super) fn balance(frame: &RawFrame) -> Option<[f32; 3]> {
    if frame.white_balance_applied {
        return Some([1.0; 3]);
    }
    let [red, green, blue, _] = frame.white_balance?.coeffs;
    balanced([red, green, blue])
}

pub(super) fn balanced(factors: [f32; 3]) -> Option<[f32; 3]> {
    /// No light that a photograph is taken in needs more; more is a broken file.
    const MOST: f32 = 30.0;
    let least = factors.iter().copied().fold(f32::MAX, f32::min);
    let factors = factors.map(|factor| factor / least);
    (least > 0.0 && factors.iter().all(|factor| (1.0..=MOST).contains(factor))).then_some(factors)
}

impl<'a> Light<'a> {
    /// The light within `part` of a frame; `None` if there are fewer samples than it says.
    pub(super) fn new(frame: &'a RawFrame, part: Rect, balance: [f32; 3]) -> Option<Self> {
        let samples = match &frame.data {
            RawPixelData::U16(samples) => Samples::Whole(samples),
            RawPixelData::F32(samples) => Samples::Float(samples),
            _ => return None,
        };
        let (count, channels) = match samples {
            Samples::Whole(samples) => (samples.len(), frame.cpp as usize),
            Samples::Float(samples) => (samples.len(), frame.cpp as usize),
        };
        let stride = frame.width as usize * channels;
        let (columns, rows) =
            (part.x as usize..part.right() as usize, part.y as usize..part.bottom() as usize);
        if count < stride * frame.height as usize
            || rows.end > frame.height as usize
            || columns.end * channels > stride
        {
            return None;
        }
        let colour = |x: usize, y: usize| frame.color_at(x as u32, y as u32);
        let (black, white) = levels(frame);
        let pattern = usize::from(black.rows.max(1)) * 2;
        let line = |y: usize| {
            let mut line = Line { black: Vec::new(), gain: Vec::new() };
            for x in columns.clone() {
                for channel in 0..channels {
                    let place = match colour(x, y) {
                        Some(CfaColor::Red) => 0,
                        Some(CfaColor::Blue) => 2,
                        Some(_) => 1,
                        None => channel.min(2),
                    };
                    // What changes from row to row comes on top.
                    let off = black.row_deltas.get(y).copied().unwrap_or_default();
                    let level = black.at(x, y, channel) - off;
                    line.black.push(level);
                    let range = (white.at(place) as f32 - level).max(1e-3);
                    line.gain.push(balance[place] / range);
                }
            }
            line
        };
        let lines = (0..pattern).map(|y| line(rows.start + y)).collect();
        let find = |wanted| {
            let sites = [(0, 0), (1, 0), (0, 1), (1, 1)];
            sites
                .into_iter()
                .find(|&(x, y)| colour(columns.start + x, rows.start + y) == Some(wanted))
        };
        let red = find(CfaColor::Red).unwrap_or_default();
        Some(Self { samples, stride, columns, rows, black, lines, red })
    }

    /// The light of a row, channel by channel as the samples are.
    pub(super) fn read_samples(&self, y: usize, out: &mut [f32]) {
        let at = self.rows.start + y;
        let channels = self.lines[0].black.len() / self.columns.len().max(1);
        let within = at * self.stride + self.columns.start * channels
            ..at * self.stride + self.columns.end * channels;
        let line = &self.lines[y % self.lines.len()];
        let off = self.black.row_deltas.get(at).copied().unwrap_or_default();
        let levels = line.black.iter().zip(&line.gain);
        match self.samples {
            Samples::Whole(samples) => {
                let samples = out.iter_mut().zip(&samples[within]).zip(levels);
                for ((out, sample), (black, gain)) in samples {
                    *out = ((f32::from(*sample) - off - black) * gain).min(1.0);
                }
            }
            Samples::Float(samples) => {
                let samples = out.iter_mut().zip(&samples[within]).zip(levels);
                for ((out, sample), (black, gain)) in samples {
                    // A float may be no number at all.
                    *out = ((sample - off - black) * gain).min(1.0).max(-1.0);
                }
            }
        }
    }
}

impl Mosaic for Light<'_> {
    fn size(&self) -> (usize, usize) {
        (self.columns.len(), self.rows.len())
    }

    fn red(&self) -> (usize, usize) {
        self.red
    }

    fn read(&self, y: usize, out: &mut [f32]) {
        self.read_samples(y, out);
    }
}

/// Black and white of the samples as they were handed over.
fn levels(frame: &RawFrame) -> (BlackLevel, WhiteLevel) {
    match frame.output {
        flashraw::OutputFormat::NormalizedF32 => (BlackLevel::uniform(0.0), WhiteLevel::uniform(1)),
        _ => (frame.black_level.clone(), frame.white_level.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_multiplier_is_one_and_nonsense_is_none() {
        assert_eq!(balanced([2.0, 1.0, 1.5]), Some([2.0, 1.0, 1.5]));
        assert_eq!(balanced([0.5, 1.0, 0.25]), Some([2.0, 4.0, 1.0]));
        for nonsense in [[0.0, 1.0, 1.0], [f32::NAN, 1.0, 1.0], [-1.0, 1.0, 1.0], [1e9, 1.0, 1.0]] {
            assert_eq!(balanced(nonsense), None, "{nonsense:?}");
        }
    }
}
