//! What goes out: presets, limits of size.

mod presets;
mod sizes;
