//! How much memory a run may use, how much each frame needs, and which frames have to wait.

pub(in crate::batch) mod bomb;
pub(in crate::batch) mod budget;
pub(in crate::batch) mod machine;
pub(in crate::batch) mod needs;
