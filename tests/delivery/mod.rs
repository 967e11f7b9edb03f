//! What goes out: presets, limits of size, which frames and which first.

mod picking;
mod presets;
mod sizes;
