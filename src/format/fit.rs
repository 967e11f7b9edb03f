//! A JPEG within a size limit, at the best quality that fits.
//!
//! The first encoding has the quality that was asked for. If it is too large, some rows spread over the frame
//! are encoded at other qualities: their size changes with quality nearly as the file's does. The second
//! encoding takes the best quality that should fit by that estimate, and shows how far off it was; a third, if
//! needed, is a step or two beside it.

use std::collections::BTreeMap;

use image::{ImageBuffer, Pixel};

use super::{Encoding, Format, Threads, encode};
use crate::container::jpeg::{Extent, walk};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pixels};
use crate::metadata::Blocks;

/// Worst quality that is used to make a file shorter; below it blocks and bands are plain to see.
const LEAST_QUALITY: u8 = 40;

/// Rows that are tried together: whole units of every subsampling.
const STRIP_ROWS: usize = 16;

/// One strip of so many is tried: all trials together take less than one encoding.
const ONE_OF: usize = 8;

/// How far the length of a file may be from what is expected of it by that at a quality near to it: the
/// lengths at two neighbouring qualities differ by 1 % or more.
const DOUBT: f64 = 0.004;

/// What came of it.
#[derive(Debug)]
pub struct Fitted {
    /// The quality of the file.
    pub quality: u8,
    /// How often the whole frame was encoded.
    pub encodings: u8,
    /// As of [`encode`].
    pub warnings: Vec<Warning>,
}

/// Encodes a frame as [`encode`], into at most `most_bytes`: a JPEG at the best quality that fits, up to that
/// of `encoding`.
///
/// # Errors
/// Those of [`encode`], and [`ErrorKind::TooLarge`] if the file does not fit: a JPEG at quality 40 or its
/// own, if that is lower.
pub fn encode_to_fit(
    frame: &Frame,
    encoding: &Encoding,
    blocks: &Blocks,
    threads: Threads,
    most_bytes: u64,
    out: &mut Vec<u8>,
) -> Result<Fitted> {
    let fits = |file: &[u8]| file.len() as u64 <= most_bytes;
    let mut encodings = 0;
    let mut encoded = |quality: u8, out: &mut Vec<u8>| {
        encodings += 1;
        let warnings = encode(frame, &Encoding { quality, ..*encoding }, blocks, threads, out)?;
        Ok(Fitted { quality, encodings, warnings })
    };
    let first = encoded(encoding.quality, out)?;
    if fits(out) {
        return Ok(first);
    }
    if encoding.format != Format::Jpeg {
        return Err(too_long(encoding, None, out.len(), most_bytes));
    }
    let least = LEAST_QUALITY.min(encoding.quality);
    let mut foresight = Foresight::new(frame, encoding);
    foresight.measured(encoding.quality, out)?;
    let (mut quality, mut above) = (encoding.quality, encoding.quality);
    while quality > least {
        // After one that should have fitted and did not, the next one has to.
        let share = if above == encoding.quality { 1.0 } else { 1.0 - DOUBT };
        quality = foresight.best(least, above - 1, most_bytes as f64 * share)?;
        let fitted = encoded(quality, out)?;
        foresight.measured(quality, out)?;
        if fits(out) {
            return better(fitted, above, most_bytes, foresight, encoded, out);
        }
        above = quality;
    }
    Err(too_long(encoding, Some(least), out.len(), most_bytes))
}

/// A better quality than the one that fits, if there should be one below `above` and there is.
fn better(
    fitted: Fitted,
    above: u8,
    most_bytes: u64,
    mut foresight: Foresight,
    mut encoded: impl FnMut(u8, &mut Vec<u8>) -> Result<Fitted>,
    out: &mut Vec<u8>,
) -> Result<Fitted> {
    let quality = match fitted.encodings {
        2 if fitted.quality + 1 < above => {
            // Nothing is lost if it does not fit.
            foresight.best(fitted.quality, above - 1, most_bytes as f64 * (1.0 + DOUBT))?
        }
        _ => fitted.quality,
    };
    if quality == fitted.quality {
        return Ok(fitted);
    }
    let mut finer = Vec::new();
    let of_finer = encoded(quality, &mut finer)?;
    if finer.len() as u64 > most_bytes {
        return Ok(Fitted { encodings: of_finer.encodings, ..fitted });
    }
    *out = finer;
    Ok(of_finer)
}

fn too_long(encoding: &Encoding, quality: Option<u8>, length: usize, most_bytes: u64) -> Error {
    let (name, at) = match quality {
        Some(quality) => ("JPEG", format!(" at quality {quality}, the lowest that is tried")),
        None => (encoding.format.name(), String::new()),
    };
    let kb = |bytes: u64| bytes.div_ceil(1000);
    let (takes, most) = (kb(length as u64), most_bytes / 1000);
    let message = format!("the {name} takes {takes} kB{at}; the limit is {most} kB");
    let smaller = "make the frame smaller (long-edge), or allow more (max-bytes)";
    Error::new(ErrorKind::TooLarge, message).with_hint(match quality {
        Some(_) => smaller.to_owned(),
        None => format!("write a JPEG (format), {smaller}"),
    })
}

/// What a file should take at qualities that the whole frame was not encoded at.
struct Foresight {
    strips: Frame,
    encoding: Encoding,
    /// Coded bytes of the strips, by quality.
    tried: BTreeMap<u8, f64>,
    /// Bytes of the file beside the coded ones: its metadata and tables.
    beside: f64,
    /// Coded bytes of the file for each of the strips.
    per_byte: f64,
}

impl Foresight {
    fn new(frame: &Frame, encoding: &Encoding) -> Self {
        let strips = strips(frame);
        let (tried, beside, per_byte) = (BTreeMap::new(), 0.0, 1.0);
        Self { strips, encoding: *encoding, tried, beside, per_byte }
    }

    /// Learns from the whole frame, encoded at this quality.
    fn measured(&mut self, quality: u8, file: &[u8]) -> Result<()> {
        let coded = coded_bytes(file)?;
        self.beside = file.len() as f64 - coded;
        self.per_byte = coded / self.of_strips(quality)?;
        Ok(())
    }

    /// The best quality in this range at which the file should have no more than these bytes; the lowest
    /// if there is none.
    fn best(&mut self, lowest: u8, highest: u8, most_bytes: f64) -> Result<u8> {
        let (mut fits, mut above) = (lowest, highest + 1);
        while above - fits > 1 {
            let quality = fits + (above - fits) / 2;
            let expected = self.beside + self.per_byte * self.of_strips(quality)?;
            *(if expected <= most_bytes { &mut fits } else { &mut above }) = quality;
        }
        Ok(fits)
    }

    fn of_strips(&mut self, quality: u8) -> Result<f64> {
        if let Some(&bytes) = self.tried.get(&quality) {
            return Ok(bytes);
        }
        let (encoding, mut file) = (Encoding { quality, ..self.encoding }, Vec::new());
        encode(&self.strips, &encoding, &Blocks::default(), Threads::One, &mut file)?;
        let bytes = coded_bytes(&file)?.max(1.0);
        self.tried.insert(quality, bytes);
        Ok(bytes)
    }
}

fn coded_bytes(file: &[u8]) -> Result<f64> {
    Ok(walk(file, Extent::Whole)?.scans.iter().map(|scan| scan.coded_bytes).sum::<usize>() as f64)
}

/// Strips of the frame, spread over it, below each other; all of a small frame.
fn strips(frame: &Frame) -> Frame {
    Frame::new(match &frame.pixels {
        Pixels::Gray8(p) => Pixels::Gray8(strips_of(p)),
        Pixels::Gray16(p) => Pixels::Gray16(strips_of(p)),
        Pixels::Rgb8(p) => Pixels::Rgb8(strips_of(p)),
        Pixels::Rgb16(p) => Pixels::Rgb16(strips_of(p)),
    })
}

fn strips_of<P: Pixel>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
) -> ImageBuffer<P, Vec<P::Subpixel>> {
    let row = picture.width() as usize * usize::from(P::CHANNEL_COUNT);
    let strips = picture.as_raw().chunks((STRIP_ROWS * row).max(1));
    // The middle one of each group: the first strips are sky more often than others.
    let every = ONE_OF.min(strips.len().div_ceil(2 * ONE_OF)).max(1);
    let samples: Vec<P::Subpixel> =
        strips.skip(every / 2).step_by(every).flatten().copied().collect();
    let rows = samples.len() / row.max(1);
    ImageBuffer::from_raw(picture.width(), rows as u32, samples).unwrap_or_else(|| picture.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    fn encoding(format: Format, quality: u8) -> Encoding {
        Encoding { quality, ..Encoding::of(format) }
    }

    fn length(frame: &Frame, quality: u8, blocks: &Blocks) -> u64 {
        let mut out = Vec::new();
        let encoding = encoding(Format::Jpeg, quality);
        encode(frame, &encoding, blocks, Threads::One, &mut out).unwrap();
        out.len() as u64
    }

    #[test]
    fn the_best_quality_that_fits_is_found_in_three_encodings() {
        let comment = Blocks { comment: Some(vec![b'x'; 9000]), ..Blocks::default() };
        for (width, height) in [(900, 600), (333, 1001), (70, 40)] {
            let frame = Frame::specimen(Size::new(width, height));
            for blocks in [Blocks::default(), comment.clone()] {
                for wanted in [91, 77, 60, 41, 40] {
                    let most = length(&frame, wanted, &blocks);
                    let mut out = Vec::new();
                    let (threads, encoding) = (Threads::One, encoding(Format::Jpeg, 92));
                    let fitted =
                        encode_to_fit(&frame, &encoding, &blocks, threads, most, &mut out).unwrap();
                    assert_eq!(out.len() as u64, length(&frame, fitted.quality, &blocks));
                    assert!(out.len() as u64 <= most && fitted.encodings <= 3, "{fitted:?}");
                    let finer = length(&frame, fitted.quality + 1, &blocks);
                    assert!(finer > most, "{fitted:?} for {wanted}: one better fits too");
                }
            }
        }
    }

    #[test]
    fn what_fits_is_encoded_once_and_what_cannot_fit_is_an_error() {
        let frame = Frame::specimen(Size::new(300, 200));
        let none = Blocks::default();
        let fit = |quality, format, most| {
            let mut out = Vec::new();
            let encoding = encoding(format, quality);
            encode_to_fit(&frame, &encoding, &none, Threads::One, most, &mut out)
        };
        let fitted = fit(85, Format::Jpeg, length(&frame, 85, &none)).unwrap();
        assert_eq!((fitted.quality, fitted.encodings), (85, 1));
        let least = length(&frame, 40, &none);
        let error = fit(92, Format::Jpeg, least - 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.message().contains("at quality 40"), "{error}");
        // A quality that was ordered lower is used; it is the only one.
        assert_eq!(fit(20, Format::Jpeg, least).unwrap().quality, 20);
        assert!(fit(20, Format::Jpeg, 1000).unwrap_err().message().contains("at quality 20"));
        assert!(fit(92, Format::Png, 1000).unwrap_err().hint().unwrap().contains("JPEG"));
    }
}
