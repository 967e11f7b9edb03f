//! The rows of a frame in bands that are swept where they stand: what comes out of a row is written
//! over rows that have been read.
//!
//! A row of the crop is no longer than one of the frame and never stands above its own place, so a
//! band that goes downwards is always behind what it still has to read. The few rows that a band
//! reads of its neighbours are copied before any of them begins.
//!
//! Beside a second buffer this saves 50 MB for a 24 MP frame, and 12,000 first touches of a page (30 ms
//! of a process that develops one frame).

use std::ops::Range;

use crate::frame::{Rect, Size};

/// Rows of a frame that one worker reads and then writes over.
pub(super) struct Band<'a, S> {
    /// First of its rows, counted from the top of the crop.
    pub(super) first: usize,
    /// How many rows of the crop it makes.
    pub(super) rows: usize,
    /// Samples in a row of the frame, and of the crop.
    row_len: usize,
    cropped_len: usize,
    /// Row of the frame that its own samples begin with.
    top: usize,
    own: &'a mut [S],
    /// Copies of the rows that it reads of its neighbours.
    above: Vec<S>,
    below: Vec<S>,
}

impl<S> Band<'_, S> {
    /// A row as the frame had it, `y` counted from the frame's top. It must be one that the band
    /// reaches, at its place in the order: rows of the crop, once written, are no more there.
    pub(super) fn row(&self, y: usize) -> &[S] {
        let len = self.row_len;
        let own_rows = self.own.len() / len;
        let (rows, at) = match y.checked_sub(self.top) {
            None => (self.above.as_slice(), self.above.len() / len - (self.top - y)),
            Some(at) if at < own_rows => (&*self.own, at),
            Some(at) => (self.below.as_slice(), at - own_rows),
        };
        &rows[at * len..][..len]
    }

    /// Where row `y` of the crop goes.
    pub(super) fn row_mut(&mut self, y: usize) -> &mut [S] {
        &mut self.own[(y - self.first) * self.cropped_len..][..self.cropped_len]
    }
}

/// How the rows of a crop are shared out in bands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) frame: Size,
    pub(super) part: Rect,
    /// Samples a pixel.
    pub(super) channels: usize,
    /// Rows of the crop in every band but the last.
    pub(super) band_rows: usize,
    /// Rows that a row reads on each side.
    pub(super) reach: usize,
}

impl Cut {
    /// The bands, from the top.
    pub(super) fn bands<'a, S: Copy>(&self, samples: &'a mut [S]) -> Vec<Band<'a, S>> {
        let (row_len, cropped_len) = self.row_lengths();
        let height = self.frame.height as usize;
        let copy = |rows: Range<usize>| samples[rows.start * row_len..rows.end * row_len].to_vec();
        let spans: Vec<_> = self.spans().collect();
        let copies: Vec<_> = spans
            .iter()
            .map(|own| {
                let above = copy(own.start.saturating_sub(self.reach)..own.start);
                (above, copy(own.end..height.min(own.end + self.reach)))
            })
            .collect();
        let mut rest = samples;
        let mut bands = Vec::with_capacity(spans.len());
        for (i, (own, (above, below))) in spans.into_iter().zip(copies).enumerate() {
            let (samples, after) = rest.split_at_mut(own.len() * row_len);
            rest = after;
            let first = i * self.band_rows;
            let rows = self.band_rows.min(self.part.height as usize - first);
            let top = own.start;
            bands.push(Band { first, rows, row_len, cropped_len, top, own: samples, above, below });
        }
        bands
    }

    /// Moves what the bands have made together, to the start of the samples.
    pub(super) fn close_up<S: Copy>(&self, samples: &mut [S]) {
        let (row_len, cropped_len) = self.row_lengths();
        for (i, own) in self.spans().enumerate().skip(1) {
            let first = i * self.band_rows;
            let rows = self.band_rows.min(self.part.height as usize - first);
            let start = own.start * row_len;
            samples.copy_within(start..start + rows * cropped_len, first * cropped_len);
        }
    }

    /// Samples in a row of the frame, and of the crop.
    fn row_lengths(&self) -> (usize, usize) {
        (self.frame.width as usize * self.channels, self.part.width as usize * self.channels)
    }

    /// The frame's rows of each band: all of them, from the top to the bottom.
    fn spans(&self) -> impl Iterator<Item = Range<usize>> {
        let (top, rows) = (self.part.y as usize, self.part.height as usize);
        let (height, step) = (self.frame.height as usize, self.band_rows);
        (0..rows).step_by(step).map(move |first| {
            let start = if first == 0 { 0 } else { top + first };
            start..if first + step < rows { top + first + step } else { height }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_as_it_was_however_many_bands_there_are() {
        let frame = Size::new(5, 23);
        let part = Rect { x: 1, y: 4, width: 3, height: 17 };
        let whole: Vec<u16> = (0..5 * 23).collect();
        for (band_rows, reach) in [(17, 2), (4, 2), (1, 3), (5, 30), (16, 0)] {
            let cut = Cut { frame, part, channels: 1, band_rows, reach };
            let mut samples = whole.clone();
            for mut band in cut.bands(&mut samples) {
                for y in band.first..band.first + band.rows {
                    let at = 4 + y;
                    for near in at.saturating_sub(reach)..(at + reach + 1).min(23) {
                        if near >= at {
                            assert_eq!(band.row(near), &whole[near * 5..][..5]);
                        }
                    }
                    let crop = band.row(at)[1..4].to_vec();
                    band.row_mut(y).copy_from_slice(&crop);
                }
            }
            cut.close_up(&mut samples);
            let right = (4..21).flat_map(|y| whole[y * 5 + 1..][..3].to_vec());
            assert_eq!(samples[..51], right.collect::<Vec<_>>()[..], "{band_rows} {reach}");
        }
    }
}
