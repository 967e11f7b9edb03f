//! The last steps of a frame: developed, and encoded into the bytes of its file.

use crate::batch::outcome::Fit;
use crate::batch::run::shared::Shared;
use crate::develop::{Developed, Means, Onlooker, Prepared, Start, Workers};
use crate::error::{Result, Warning};
use crate::format::{self, BandEncoder, Encoding, Fitted, Threads};
use crate::metadata::Blocks;

/// How a frame is finished.
pub(in crate::batch) struct Finishing<'a> {
    pub(in crate::batch) encoding: Encoding,
    /// The most bytes that the file may have.
    pub(in crate::batch) max_bytes: Option<u64>,
    pub(in crate::batch) blocks: &'a Blocks,
    pub(in crate::batch) shared: &'a Shared<'a>,
}

/// What came of it, beside the file.
pub(in crate::batch) struct Ended {
    pub(in crate::batch) developed: Developed<()>,
    pub(in crate::batch) fitted: Option<Fit>,
    /// Of the encoder.
    pub(in crate::batch) warnings: Vec<Warning>,
}

impl Finishing<'_> {
    /// A JPEG of any length is encoded band by band as it is developed, any other file when its frame is
    /// whole.
    pub(in crate::batch) fn run(
        &self,
        prepared: Prepared<'_>,
        start: Start<'_>,
        means: Means<'_>,
        onlooker: Option<&Onlooker>,
        out: &mut Vec<u8>,
    ) -> Result<Ended> {
        let threads = match means.workers {
            Workers::One => Threads::One,
            Workers::All => Threads::All,
        };
        let (encoding, blocks) = (&self.encoding, self.blocks);
        if encoding.format.in_bands() && self.max_bytes.is_none() {
            let encoder = BandEncoder::new(prepared.size(), start.view(), encoding, threads)?;
            let developed = match onlooker {
                Some(onlooker) => {
                    prepared.develop_into(start, means, &onlooker.before(&encoder))?
                }
                None => prepared.develop_into(start, means, &encoder)?,
            };
            self.shared.go_on()?;
            let warnings = encoder.finish(blocks, out)?;
            return Ok(Ended { developed, fitted: None, warnings });
        }
        let Developed { frame, survey, kept, warnings } = prepared.develop(start, means)?;
        let developed = Developed { frame: (), survey, kept, warnings };
        if let Some(onlooker) = onlooker {
            onlooker.take_frame(&frame);
        }
        self.shared.go_on()?;
        // The encoder of a whole frame takes as much as the frame and more: what lay idle meanwhile is let go.
        if !encoding.format.in_bands() {
            means.pool.trim_to(0);
        }
        let (fitted, warnings) = match self.max_bytes {
            None => (None, format::encode(&frame, encoding, blocks, threads, out)?),
            Some(most) => {
                let Fitted { quality, encodings, warnings } =
                    format::encode_to_fit(&frame, encoding, blocks, threads, most, out)?;
                let has_quality = encoding.format.in_bands();
                (has_quality.then_some(Fit { quality, encodings }), warnings)
            }
        };
        means.pool.give(frame);
        Ok(Ended { developed, fitted, warnings })
    }
}
