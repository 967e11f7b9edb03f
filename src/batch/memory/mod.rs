//! How much memory a run may take, how much each frame needs, and who waits for whom.

pub(in crate::batch) mod bomb;
pub(in crate::batch) mod budget;
pub(in crate::batch) mod machine;
pub(in crate::batch) mod needs;
