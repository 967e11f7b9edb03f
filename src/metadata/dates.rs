//! What becomes of the dates in a frame's blocks.

use super::when::When;

/// What the blocks are to say of when the frame was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// What they say.
    None,
    /// Nothing: it was taken away.
    Taken,
    /// What they say; where one says nothing, this.
    Known(When),
    /// All of them this.
    Given(When),
}
