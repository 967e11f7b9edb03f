//! The figures of a bench, as tables.

use super::peers::Peer;
use super::stages::Stage;
use crate::cli::text;
use crate::measure;

/// All that was measured.
pub(super) struct Figures {
    /// The frames, for the head of the table.
    pub(super) input: String,
    pub(super) stages: Vec<Stage>,
    /// Number of jobs and megapixels a second.
    pub(super) batches: Vec<(usize, f64)>,
    pub(super) peak_mb: Option<f64>,
    pub(super) peers: Vec<Peer>,
}

impl Figures {
    /// Milliseconds of all stages of a frame.
    pub(super) fn whole_ms(&self) -> f64 {
        self.stages.iter().map(|stage| stage.ms).sum()
    }

    /// The whole frame beside decoding and encoding alone.
    pub(super) fn of_codec(&self) -> f64 {
        let codec = self.stages.iter().filter(|s| s.codec).map(|s| s.ms).sum::<f64>();
        self.whole_ms() / codec
    }

    pub(super) fn stage_table(&self) -> String {
        let mut table = format!("{}\n{}\n\n", text::clean(&machine()), text::clean(&self.input));
        table.push_str("stage          ms   ns/px\n");
        for stage in &self.stages {
            let ns = stage.ms * 1e6 / stage.pixels;
            table.push_str(&format!("{:8} {:8.1} {ns:7.2}\n", stage.name, stage.ms));
        }
        let (whole, share) = (self.whole_ms(), self.of_codec());
        table.push_str(&format!("whole    {whole:8.1}         {share:.2} × the codec alone\n"));
        table
    }

    pub(super) fn batch_table(&self) -> String {
        let mut table = "\njobs     MP/s\n".to_owned();
        let alone = self.batches.first().map_or(1.0, |&(_, speed)| speed);
        for (jobs, speed) in &self.batches {
            table.push_str(&format!("{jobs:4} {speed:8.1}  {:.2} × one\n", speed / alone));
        }
        if let Some(mb) = self.peak_mb {
            table.push_str(&format!("\npeak memory {mb:.0} MB\n"));
        }
        table
    }

    pub(super) fn peer_table(&self) -> String {
        let mut table =
            format!("\n{:12} {:>7} {:>7} {:>8}  did\n", "program", "CPU s", "wall s", "peak MB");
        for peer in &self.peers {
            let figure = |value: Option<f64>, digits| match value {
                Some(value) => format!("{value:.digits$}"),
                None => "–".to_owned(),
            };
            let [cpu, wall, peak] =
                [figure(peer.cpu_s, 2), figure(peer.wall_s, 2), figure(peer.peak_mb, 0)];
            table.push_str(&format!(
                "{:12} {cpu:>7} {wall:>7} {peak:>8}  {}\n",
                peer.name, peer.did
            ));
        }
        table
    }
}

/// This build and the machine.
pub(super) fn machine() -> String {
    format!("longlens {} on {}", env!("CARGO_PKG_VERSION"), measure::machine())
}
