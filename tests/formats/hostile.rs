//! Headers that lie.
