//! What was known of the outputs when a run began.

use std::collections::HashSet;

use crate::batch::disk::journal::{Record, place};
use crate::batch::job::Job;
use crate::batch::settings::{Existing, Settings};
use crate::error::Result;

/// What is known of the outputs before the run.
#[derive(Debug, Default)]
pub(in crate::batch) struct Known {
    pub(in crate::batch) record: Record,
    /// Where the originals of this run lie, as the journal says it.
    pub(in crate::batch) originals: HashSet<String>,
}

impl Known {
    /// What a run of these jobs needs to know; a run that overwrites everything needs nothing.
    ///
    /// # Errors
    /// If the run resumes and the journal cannot be read.
    pub(in crate::batch) fn read(jobs: &[Job], settings: &Settings) -> Result<Self> {
        let Some(folder) = &settings.journal else { return Ok(Self::default()) };
        let record = match settings.existing {
            Existing::Overwrite => return Ok(Self::default()),
            // All that is there is kept anyway, and only said less of.
            Existing::Keep => Record::read(folder).unwrap_or_default(),
            Existing::Resume | Existing::ResumeOverwrite => Record::read(folder)?,
        };
        let originals = match record.is_empty() {
            true => HashSet::new(),
            false => jobs.iter().map(|job| place(&job.input)).collect(),
        };
        Ok(Self { record, originals })
    }
}
