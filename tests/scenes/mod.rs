//! Scenes: which frames are one, and that they are developed alike.

mod alike;
mod grouped;
mod make;
mod same;
