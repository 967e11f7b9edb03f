//! What goes out: presets, limits of size, which frames and which first, the page that shows it.

mod outputs;
mod picking;
mod presets;
mod report;
mod sheets;
mod sizes;
mod turned;
mod watched;
