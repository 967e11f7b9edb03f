//! What goes out: presets, limits of size, which frames and which first.

mod outputs;
mod picking;
mod presets;
mod sizes;
