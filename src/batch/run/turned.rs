//! A frame turned before it is developed, by its recipe or by what its sidecar says.

use crate::batch::job::Job;
use crate::batch::run::output::Origin;
use crate::develop::{self, Turned};
use crate::error::Result;
use crate::frame::{Original, Pool, Rect, Size};
use crate::metadata::{CropSettings, crop_settings};
use crate::stage::crop::Shape;
use crate::stage::turn::{Placed, Turn};

/// Outputs that are made of a frame turned alike have this in common.
pub(in crate::batch) type Way = (Turn, bool);

/// How the frame is turned for an output: by itself, and whether its sidecar has a say.
pub(in crate::batch) fn way(job: &Job) -> Way {
    (job.recipe.turn, job.recipe.crop.shape == Some(Shape::Sidecar))
}

/// A frame that lies as it is to be.
#[derive(Debug)]
pub(in crate::batch) struct Laid {
    pub(in crate::batch) original: Original,
    pub(in crate::batch) turned: Turned,
    /// What its sidecar keeps of it, if it is not part of the turn.
    pub(in crate::batch) crop: Option<Shape>,
}

/// Turns a frame this way.
///
/// # Errors
/// If the system has no memory for it.
pub(in crate::batch) fn laid(
    original: Original,
    (turn, by_sidecar): Way,
    origin: &Origin,
    pool: &Pool,
) -> Result<Laid> {
    let Some(CropSettings { corners, degrees }) = crop_of(origin).filter(|_| by_sidecar) else {
        let (original, turned) = develop::turned(original, turn, pool)?;
        return Ok(Laid { original, turned, crop: None });
    };
    let size = original.size();
    let part = part(corners, degrees, size);
    if degrees == 0.0 {
        let crop = rect(&part, size).map(Shape::Rect);
        return Ok(Laid { original, turned: Turned::default(), crop });
    }
    let original = develop::turned_to(original, &part, pool)?;
    Ok(Laid { original, turned: Turned { placed: Some(part), tilt: None }, crop: None })
}

/// The crop that the sidecar of a frame has, or its own XMP, for an upright frame.
fn crop_of(origin: &Origin) -> Option<CropSettings> {
    let of = |packet: &[u8]| crop_settings(packet, origin.header.orientation);
    origin.sidecar.as_deref().and_then(of).or_else(|| of(origin.blocks.xmp.as_deref()?))
}

/// The part of the turned frame between two corners, which are shares of the frame as it was.
fn part(corners: [(f64, f64); 2], degrees: f64, frame: Size) -> Placed {
    let whole = Placed { degrees, size: frame, centre: (0.0, 0.0) };
    let (width, height) = (f64::from(frame.width), f64::from(frame.height));
    let [a, b] = corners.map(|(x, y)| whole.follow(frame, (x * width, y * height)));
    let side = |a: f64, b: f64| ((a - b).abs().round() as u32).max(1);
    let size = Size::new(side(a.0, b.0), side(a.1, b.1));
    let centre = ((a.0 + b.0 - width) / 2.0, (a.1 + b.1 - height) / 2.0);
    Placed { degrees, size, centre }
}

/// The same as a rectangle of a frame that is not turned.
fn rect(part: &Placed, frame: Size) -> Option<Rect> {
    let start = |centre: f64, frame: u32, part: u32| {
        let start = f64::from(frame) / 2.0 + centre - f64::from(part) / 2.0;
        start.round().max(0.0) as u32
    };
    let x = start(part.centre.0, frame.width, part.size.width);
    let y = start(part.centre.1, frame.height, part.size.height);
    Rect { x, y, width: part.size.width, height: part.size.height }.within(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_lies_where_its_corners_are() {
        let frame = Size::new(1000, 800);
        let placed = part([(0.1, 0.25), (0.6, 0.75)], 0.0, frame);
        let expected = Rect { x: 100, y: 200, width: 500, height: 400 };
        assert_eq!(rect(&placed, frame), Some(expected));
        // Its corners are where the turn brings them, whatever the angle.
        for degrees in [-7.0, 3.0] {
            let placed = part([(0.2, 0.25), (0.7, 0.8)], degrees, frame);
            let corner = placed.follow(frame, (200.0, 200.0));
            assert!(corner.0.abs() < 1.0 && corner.1.abs() < 1.0, "{degrees}: {corner:?}");
            let corner = placed.follow(frame, (700.0, 640.0));
            let size = (f64::from(placed.size.width), f64::from(placed.size.height));
            let off = (corner.0 - size.0, corner.1 - size.1);
            assert!(off.0.abs() < 1.0 && off.1.abs() < 1.0, "{degrees}: {corner:?}");
        }
    }
}
