//! Textbook filters on small planes, independent of the stages.
//!
//! All of them read beyond the edge as if the edge went on (windows are cut to the plane) and sum in
//! a fixed order. Their time does not depend on the radius, the erosion's on its logarithm.

mod area;
mod box_mean;
mod enlarge;
mod erode;
mod guided;
mod plane_fit;
mod power;
mod soften;
mod surface;
mod way;

pub use area::{SmallPicture, area_average, area_average_of};
pub use box_mean::box_mean;
pub use enlarge::enlarged;
pub use erode::{erode, greatest_in_row, without_spots};
pub use guided::{Coefficients, guided};
pub use plane_fit::deviation_from_plane;
pub use power::exp2;
pub use soften::softened;
pub use surface::{Carried, filled};
pub use way::cheapest_way;
