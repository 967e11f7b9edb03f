//! RAW files and their JPEGs, one of which may arrive after the other.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::batch::disk::kinds::extension;
use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::pairs::key;
use crate::batch::plan::raws::RawSource;
use crate::format::is_raw_ending;

/// What two files that may be a pair have in common.
pub(super) fn name(path: &Path) -> String {
    key(Path::new(path.file_name().unwrap_or_default()))
}

/// Whether a frame that has no partner may still get one by which it would not be developed itself.
pub(super) fn may_be_replaced(input: &Input, source: RawSource) -> bool {
    let is_raw = is_raw_ending(&extension(&input.path));
    match source {
        RawSource::Auto | RawSource::Jpeg => is_raw,
        RawSource::Embedded | RawSource::EmbeddedAny | RawSource::Sensor => !is_raw,
        RawSource::Skip => false,
    }
}

/// The frames that these names may belong to, paired; and the files that are no frames by that.
pub(super) fn paired(
    found: &mut Found,
    names: &HashSet<String>,
    source: RawSource,
) -> HashSet<PathBuf> {
    found.inputs.retain(|input| names.contains(&name(&input.path)));
    let mut without: HashSet<PathBuf> = found.inputs.iter().map(|i| i.path.clone()).collect();
    found.pair(source, &[]);
    for input in &found.inputs {
        without.remove(&input.path);
    }
    without
}
