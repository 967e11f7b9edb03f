//! What goes out: presets.

mod presets;
