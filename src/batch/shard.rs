//! One part of a plan: which frames it has, and under which names it keeps its journal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Part `index` of `of` parts, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    of: u32,
    index: u32,
}

/// Most parts: more would take longer to plan than to develop.
const MOST: u32 = 1_000_000;

impl Shard {
    /// The whole plan.
    pub const WHOLE: Self = Self { of: 1, index: 1 };

    /// Part `index` of `of`, both from 1.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn new(index: u64, of: u64) -> Result<Self> {
        let wrong = || Error::out_of_range(&format!("{index}/{of}"), "1/8 to 8/8 for eight shards");
        match (u32::try_from(index), u32::try_from(of)) {
            (Ok(index), Ok(of)) if (1..=of).contains(&index) && of <= MOST => {
                Ok(Self { of, index })
            }
            _ => Err(wrong()),
        }
    }

    /// Reads `3/8`.
    ///
    /// # Errors
    /// If it is not of that form, or there is no such part.
    pub fn parse(text: &str) -> Result<Self> {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let parts = text.split_once('/').map(|(index, of)| (number(index), number(of)));
        match parts {
            Some((Some(index), Some(of))) => Self::new(index, of),
            _ => Err(Error::no_value(text, "a shard", "3/8 for the third of eight, or auto")),
        }
    }

    /// How many parts there are.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Which of them have these frames, in their order, from 1: the largest frames are dealt out
    /// first, each to the part that has the least. Every part sees the same, in whatever order the
    /// frames are: those of one size are taken in the order of their names.
    #[must_use]
    pub fn deal<N: Ord>(of: u32, frames: &[(f64, N)]) -> Vec<u32> {
        let mut order: Vec<usize> = (0..frames.len()).collect();
        order.sort_by(|&a, &b| {
            let ((large, one), (small, other)) = (&frames[a], &frames[b]);
            small.total_cmp(large).then_with(|| one.cmp(other))
        });
        // In pixels, so that sums are exact whatever their order.
        let pixels = |megapixels: f64| (megapixels * 1e6).round().max(1.0) as u64;
        let mut parts: BinaryHeap<Reverse<(u64, u32)>> =
            (1..=of.min(frames.len() as u32)).map(|part| Reverse((0, part))).collect();
        let mut dealt = vec![0; frames.len()];
        for frame in order {
            if let Some(Reverse((held, part))) = parts.pop() {
                dealt[frame] = part;
                parts.push(Reverse((held.saturating_add(pixels(frames[frame].0)), part)));
            }
        }
        dealt
    }

    /// Whether it is this part, of [`Shard::deal`].
    #[must_use]
    pub fn has(self, part: u32) -> bool {
        self.index == part
    }

    /// Its journal in the output folder.
    pub(in crate::batch) fn journal(self, folder: &Path) -> PathBuf {
        folder.join(format!(".longlens{}.jsonl", self.infix()))
    }

    /// Its log in the output folder.
    pub(in crate::batch) fn log(self, folder: &Path) -> PathBuf {
        folder.join(format!(".longlens{}.log.jsonl", self.infix()))
    }

    /// The part that keeps a journal or log of this name.
    pub(in crate::batch) fn of_file(name: &str) -> Option<Self> {
        let name = name.strip_prefix(".longlens")?.strip_suffix(".jsonl")?;
        let name = name.strip_suffix(".log").unwrap_or(name);
        let Some(name) = name.strip_prefix('.') else {
            return name.is_empty().then_some(Self::WHOLE);
        };
        let (index, of) = name.split_once("-of-")?;
        Self::new(index.parse().ok()?, of.parse().ok()?).ok().filter(|part| part.of > 1)
    }

    fn infix(self) -> String {
        match self.of {
            1 => String::new(),
            of => format!(".{}-of-{of}", self.index),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_dealt_once_whatever_its_place_and_the_parts_are_even() {
        let frames: Vec<(f64, usize)> =
            (0..1000).map(|i| (f64::from(12 + i % 5 * 9), i as usize)).collect();
        let mut turned = frames.clone();
        turned.reverse();
        for of in [1, 3, 7, 64] {
            let dealt = Shard::deal(of, &frames);
            let mut back = Shard::deal(of, &turned);
            back.reverse();
            assert_eq!(dealt, back, "{of}");
            let held = |part: u32| -> f64 {
                dealt.iter().zip(&frames).filter(|(of, _)| **of == part).map(|(_, f)| f.0).sum()
            };
            let held: Vec<f64> = (1..=of).map(held).collect();
            let (least, most) =
                held.iter().fold((f64::MAX, 0.0_f64), |(l, m), &h| (l.min(h), m.max(h)));
            assert!(most - least <= 48.0, "{of}: {least} to {most}");
            assert_eq!(held.iter().sum::<f64>(), frames.iter().map(|f| f.0).sum::<f64>());
        }
        assert_eq!(Shard::deal(9, &frames[..2]), [2, 1], "more parts than frames");
    }

    #[test]
    fn parts_are_read_and_named_as_they_are_written() {
        let part = Shard::parse("3/7").unwrap();
        assert_eq!(part.to_string(), "3/7");
        for wrong in ["0/7", "8/7", "3", "a/b", "1/0", "1/99999999999999999999"] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
        for part in [part, Shard::WHOLE] {
            for path in [part.journal(Path::new("out")), part.log(Path::new("out"))] {
                let name = path.file_name().unwrap().to_str().unwrap();
                assert_eq!(Shard::of_file(name), Some(part), "{name}");
            }
        }
        assert_eq!(Shard::of_file(".longlens-abcdefgh"), None);
    }
}
