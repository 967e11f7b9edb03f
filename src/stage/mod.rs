//! What can be done to a frame, one room each: its settings, what it needs, its kernel.

pub mod caption;
