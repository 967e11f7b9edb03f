//! Crop: which part of the frame is kept.
//!
//! A shape (ratio, size or share of the frame) is placed by its anchor; a rectangle stays where it
//! is. No pixels are computed here: the sweep reads only these rows and columns.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Warning};
use crate::frame::{Anchor, Rect, Size};

/// What part of a frame to keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// The shape of the part; `None` keeps all.
    pub shape: Option<Shape>,
    /// Where it lies; a rectangle has its own place and does not need it.
    pub anchor: Anchor,
}

impl Default for Crop {
    fn default() -> Self {
        Self { shape: None, anchor: Anchor::Center }
    }
}

/// The shape of a crop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// The largest part of this width to height.
    Ratio(f64, f64),
    /// So many pixels.
    Size(Size),
    /// This rectangle, counted from the top left pixel.
    Rect(Rect),
    /// This percentage of width and of height.
    Share(f64),
    /// What Lightroom or Camera Raw left in the frame's sidecar; all of the frame where there is nothing.
    Sidecar,
}

impl Crop {
    /// The rectangle to keep of a frame of this size, and a warning if the frame is too small for it.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if it lies wholly outside of the frame.
    pub fn rect(&self, frame: Size) -> Result<(Rect, Option<Warning>), Error> {
        let part = |width: f64, height: f64| Size {
            width: (width.round() as u32).clamp(1, frame.width.max(1)),
            height: (height.round() as u32).clamp(1, frame.height.max(1)),
        };
        let (width, height) = (f64::from(frame.width), f64::from(frame.height));
        let Some(shape) = self.shape else {
            return Ok((frame.rect(), None));
        };
        let wanted = match shape {
            Shape::Rect(rect) => {
                let within = rect.within(frame).ok_or_else(|| outside(shape, frame))?;
                return Ok((within, (within != rect).then_some(Warning::CropReduced)));
            }
            Shape::Size(size) => size,
            // What it says is put in its place by whoever has read it.
            Shape::Sidecar => frame,
            Shape::Share(percent) => part(width * percent / 100.0, height * percent / 100.0),
            Shape::Ratio(across, down) => {
                let scale = (width / across).min(height / down);
                part(across * scale, down * scale)
            }
        };
        let size = Size::new(wanted.width.min(frame.width), wanted.height.min(frame.height));
        let warning = (size != wanted).then_some(Warning::CropReduced);
        Ok((self.anchor.place(size, frame.rect()), warning))
    }
}

fn outside(shape: Shape, frame: Size) -> Error {
    let message = format!("the crop {shape} lies outside the frame, which is {frame} px");
    Error::new(ErrorKind::Usage, message)
        .with_hint("a rectangle is width x height + pixels from the left + pixels from the top")
}

impl FromStr for Shape {
    type Err = Error;

    /// `3:2`, `3000x2000`, `3000x2000+800+600` or `80%`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |shape: &Self| match shape {
            Self::Ratio(across, down) => (0.01..=100.0).contains(&(across / down)),
            Self::Share(percent) => *percent > 0.0 && *percent <= 100.0,
            Self::Size(size) => size.area() > 0,
            Self::Rect(rect) => rect.size().area() > 0,
            Self::Sidecar => true,
        };
        let shape = parse_shape(&text.trim().to_lowercase().replace('×', "x")).filter(fits);
        if let Some(Shape::Size(size)) = shape
            && reads_like_a_ratio(size)
        {
            let Size { width, height } = size;
            let message = format!("'{text}' would keep only {width} by {height} pixels");
            return Err(Error::new(ErrorKind::Usage, message).with_hint(format!(
                "did you mean the ratio {width}:{height}? For so few pixels write {width}x{height}+0+0"
            )));
        }
        shape.ok_or_else(|| {
            let forms = "off, a ratio (3:2), a size (3000x2000), \
                         a rectangle (3000x2000+800+600), a percentage (80%) or sidecar";
            Error::no_value(text, "a crop", forms)
        })
    }
}

/// Whether a size is rather a ratio typed with an x: 16x9, 235x100.
fn reads_like_a_ratio(size: Size) -> bool {
    /// Fewer pixels on a side are not a picture.
    const LEAST_PX: u32 = 64;
    let of_films = [(185, 100), (235, 100), (239, 100), (240, 100)];
    size.width < LEAST_PX || size.height < LEAST_PX || of_films.contains(&(size.width, size.height))
}

fn parse_shape(text: &str) -> Option<Shape> {
    if text == "sidecar" {
        return Some(Shape::Sidecar);
    }
    if let Some(share) = text.strip_suffix('%') {
        return share.parse().ok().map(Shape::Share);
    }
    if let Some((across, down)) = text.split_once([':', '/']) {
        let (across, down): (f64, f64) = (across.parse().ok()?, down.parse().ok()?);
        return (across > 0.0 && down > 0.0).then_some(Shape::Ratio(across, down));
    }
    let mut parts = text.split('+');
    let (width, height) = parts.next()?.split_once('x')?;
    let size = Size::new(width.parse().ok()?, height.parse().ok()?);
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some(Shape::Size(size)),
        (Some(x), Some(y), None) => Some(Shape::Rect(Rect {
            x: x.parse().ok()?,
            y: y.parse().ok()?,
            width: size.width,
            height: size.height,
        })),
        _ => None,
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(across, down) => write!(f, "{across}:{down}"),
            Self::Size(size) => write!(f, "{size}"),
            Self::Rect(r) => write!(f, "{}+{}+{}", r.size(), r.x, r.y),
            Self::Share(percent) => write!(f, "{percent}%"),
            Self::Sidecar => f.write_str("sidecar"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crop(shape: &str, anchor: Anchor, frame: Size) -> (Rect, Option<Warning>) {
        Crop { shape: Some(shape.parse().unwrap()), anchor }.rect(frame).unwrap()
    }

    #[test]
    fn every_form_keeps_what_it_says() {
        let frame = Size::new(6000, 4000);
        let rect = |x, y, width, height| (Rect { x, y, width, height }, None);
        assert_eq!(crop("1:1", Anchor::Center, frame), rect(1000, 0, 4000, 4000));
        assert_eq!(crop("3:1", Anchor::South, frame), rect(0, 2000, 6000, 2000));
        assert_eq!(crop("50%", Anchor::Northwest, frame), rect(0, 0, 3000, 2000));
        assert_eq!(crop("300x200", Anchor::Southeast, frame), rect(5700, 3800, 300, 200));
        assert_eq!(crop("5000x3333+500+400", Anchor::Center, frame), rect(500, 400, 5000, 3333));
    }

    #[test]
    fn a_frame_too_small_gives_what_it_has_and_says_so() {
        let (rect, warning) = crop("300x200", Anchor::Center, Size::new(100, 400));
        assert_eq!(rect, Rect { x: 0, y: 100, width: 100, height: 200 });
        assert_eq!(warning, Some(Warning::CropReduced));
        let (rect, warning) = crop("30x20+90+90", Anchor::Center, Size::new(100, 100));
        assert_eq!(rect, Rect { x: 90, y: 90, width: 10, height: 10 });
        assert_eq!(warning, Some(Warning::CropReduced));
    }

    #[test]
    fn nonsense_is_refused_with_the_forms_that_exist() {
        for text in ["", "3", "0:2", "x", "0x5", "120%", "-5%", "5x5+1", "5x5+1+2+3", "nan:1"] {
            let error = text.parse::<Shape>().unwrap_err();
            assert!(error.hint().unwrap().contains("3000x2000"), "{text}: {error}");
        }
    }
}
