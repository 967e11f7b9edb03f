//! Files: read whole, written whole or not at all, and the record of what was made from what.

pub(in crate::batch) mod claim;
pub(in crate::batch) mod folder;
pub(in crate::batch) mod hash;
pub(in crate::batch) mod journal;
pub(in crate::batch) mod kinds;
pub(in crate::batch) mod lines;
pub(in crate::batch) mod log;
pub(in crate::batch) mod name;
pub(in crate::batch) mod read;
pub(in crate::batch) mod stamp;
pub(in crate::batch) mod write;
