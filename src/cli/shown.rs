//! Pictures in the terminal, where it can show them: by kitty's protocol, iTerm2's or as sixels.
//!
//! Environment variables tell which of them a terminal knows; asking the terminal would mean reading what the
//! user types.

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;

use image::{RgbImage, imageops};

use super::{text, tiles};
use crate::error::Result;
use crate::format::Format;

/// Long side of a picture that is shown, in pixels.
const LONG_PX: u32 = 1000;

/// Shows a picture, or says that the terminal cannot and where its file is.
///
/// # Errors
/// If it cannot be encoded or printed.
pub(super) fn show(picture: &RgbImage, file: &Path) -> Result<()> {
    match Protocol::here() {
        Some(protocol) => text::print(&protocol.shown(picture)?),
        None => {
            let file = text::path(file);
            text::to_stderr(&format!(
                "longlens: this terminal cannot show pictures; open {file}\n"
            ));
            Ok(())
        }
    }
}

/// How a terminal is sent pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// PNG in base64, in pieces: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>.
    Kitty,
    /// A file in base64: <https://iterm2.com/documentation-images.html>.
    Iterm,
    /// Six rows a line, one colour at a time: DEC STD 070.
    Sixel,
}

impl Protocol {
    /// That of the terminal on standard output, if there is one that shows pictures.
    fn here() -> Option<Self> {
        let of = |name: &str| std::env::var(name).unwrap_or_default();
        if std::io::stdout().is_terminal() { Self::of(&of) } else { None }
    }

    fn of(variable: &dyn Fn(&str) -> String) -> Option<Self> {
        let (term, program) = (variable("TERM"), variable("TERM_PROGRAM"));
        // They pass on only what they know themselves.
        if !variable("TMUX").is_empty() || term.starts_with("screen") {
            return None;
        }
        let is_kitty = !variable("KITTY_WINDOW_ID").is_empty()
            || ["kitty", "ghostty"].iter().any(|name| term.contains(name))
            || program == "ghostty";
        let is_iterm = ["iTerm.app", "WezTerm", "mintty"].contains(&program.as_str())
            || variable("LC_TERMINAL") == "iTerm2";
        let is_sixel = ["foot", "mlterm", "contour", "sixel"].iter().any(|n| term.contains(n));
        match (is_kitty, is_iterm, is_sixel) {
            (true, ..) => Some(Self::Kitty),
            (_, true, _) => Some(Self::Iterm),
            (.., true) => Some(Self::Sixel),
            _ => None,
        }
    }

    /// What shows a picture.
    ///
    /// # Errors
    /// If it cannot be encoded.
    fn shown(self, picture: &RgbImage) -> Result<String> {
        let picture = small(picture);
        let file = |format| tiles::encoded(picture.clone(), format).map(|bytes| base64(&bytes));
        Ok(match self {
            Self::Kitty => kitty(&file(Format::Png)?),
            Self::Iterm => format!("\x1b]1337;File=inline=1:{}\x07\n", file(Format::Jpeg)?),
            Self::Sixel => sixel(&picture),
        })
    }
}

/// No larger than a terminal.
fn small(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= LONG_PX {
        return picture.clone();
    }
    let side = |px: u32| (u64::from(px) * u64::from(LONG_PX) / u64::from(long)).max(1) as u32;
    imageops::thumbnail(picture, side(width), side(height))
}

fn kitty(base64: &str) -> String {
    /// The most that one piece may have.
    const PIECE: usize = 4096;
    let pieces = base64.len().div_ceil(PIECE);
    let mut text = String::with_capacity(base64.len() + pieces * 16);
    for i in 0..pieces {
        let piece = &base64[i * PIECE..base64.len().min((i + 1) * PIECE)];
        let head = if i == 0 { "a=T,f=100," } else { "" };
        let more = u8::from(i + 1 < pieces);
        // Writing to a string cannot fail.
        let _ = write!(text, "\x1b_G{head}m={more};{piece}\x1b\\");
    }
    text + "\n"
}

/// Steps of red, green and blue: 252 colours, fewer than any terminal has.
const STEPS: [u32; 3] = [6, 7, 6];

fn sixel(picture: &RgbImage) -> String {
    let (width, height) = picture.dimensions();
    let mut text = format!("\x1bPq\"1;1;{width};{height}");
    let colours = STEPS.iter().product::<u32>() as usize;
    for colour in 0..colours as u32 {
        let [r, g, b] = steps(colour);
        let percent = |step: u32, steps: u32| step * 100 / (steps - 1);
        let [r, g, b] = [percent(r, STEPS[0]), percent(g, STEPS[1]), percent(b, STEPS[2])];
        let _ = write!(text, "#{colour};2;{r};{g};{b}");
    }
    for top in (0..height).step_by(6) {
        let mut rows = vec![Vec::new(); colours];
        for x in 0..width {
            for bit in 0..6.min(height - top) {
                let row: &mut Vec<u8> = &mut rows[colour(picture, x, top + bit) as usize];
                if row.is_empty() {
                    row.resize(width as usize, 0);
                }
                row[x as usize] |= 1 << bit;
            }
        }
        for (colour, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let _ = write!(text, "#{colour}");
            for run in row.chunk_by(|a, b| a == b) {
                let sign = char::from(63 + run[0]);
                match run.len() {
                    1..=3 => text.extend(run.iter().map(|_| sign)),
                    many => _ = write!(text, "!{many}{sign}"),
                }
            }
            text.push('$');
        }
        text.push('-');
    }
    text + "\x1b\\\n"
}

fn steps(colour: u32) -> [u32; 3] {
    [colour / (STEPS[1] * STEPS[2]), colour / STEPS[2] % STEPS[1], colour % STEPS[2]]
}

/// The nearest colour, with a pattern of four by four that lets a gradient pass for one.
fn colour(picture: &RgbImage, x: u32, y: u32) -> u32 {
    const PATTERN: [[u32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let threshold = PATTERN[(y % 4) as usize][(x % 4) as usize];
    let level = |c: usize| {
        let sample = u32::from(picture[(x, y)][c]);
        (sample * (STEPS[c] - 1) * 16 + threshold * 255 + 127) / (255 * 16)
    };
    (level(0).min(STEPS[0] - 1) * STEPS[1] + level(1).min(STEPS[1] - 1)) * STEPS[2]
        + level(2).min(STEPS[2] - 1)
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let number = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let sign = SIGNS[(number >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= three.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn terminals_are_known_by_their_variables() {
        let of = |set: &'static [(&str, &str)]| {
            let variable = move |name: &str| {
                let set = set.iter().find(|(known, _)| *known == name);
                set.map_or_else(String::new, |(_, value)| (*value).to_owned())
            };
            Protocol::of(&variable)
        };
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Some(Protocol::Kitty));
        assert_eq!(of(&[("TERM_PROGRAM", "iTerm.app")]), Some(Protocol::Iterm));
        assert_eq!(of(&[("TERM", "foot")]), Some(Protocol::Sixel));
        assert_eq!(of(&[("TERM", "xterm-256color")]), None);
        assert_eq!(of(&[("TERM", "screen"), ("LC_TERMINAL", "iTerm2")]), None);
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn sixels_hold_each_pixel_once() {
        let picture = RgbImage::from_fn(3, 7, |x, y| Rgb([(x * 60) as u8, (y * 40) as u8, 255]));
        let text = sixel(&picture);
        // The bits of all signs behind the colours.
        let body = text.trim_end_matches("\x1b\\\n").split('#').skip(1 + 252).map(|part| {
            let signs = part.trim_start_matches(|c: char| c.is_ascii_digit());
            signs
                .bytes()
                .filter(|b| (63..127).contains(b))
                .map(|b| (b - 63).count_ones())
                .sum::<u32>()
        });
        assert_eq!(body.sum::<u32>(), 3 * 7, "{text:?}");
        assert!(text.starts_with("\x1bPq") && text.ends_with("\x1b\\\n"));
    }

    #[test]
    fn a_large_picture_goes_to_kitty_in_pieces_as_png() {
        let noise = |x: u32, y: u32| (x * x * 31 + y * y * 17 + x * y * 7) as u8;
        let picture = RgbImage::from_fn(1500, 300, |x, y| Rgb([noise(x, y); 3]));
        let text = Protocol::Kitty.shown(&picture).unwrap();
        let pieces: Vec<&str> = text.trim_end().split("\x1b\\").filter(|p| !p.is_empty()).collect();
        assert!(pieces[0].starts_with("\x1b_Ga=T,f=100,m=1;iVBORw0KGgo"), "{:.60}", pieces[0]);
        assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.len() < 4096 + 30));
        assert!(pieces.last().unwrap().starts_with("\x1b_Gm=0;"));
    }
}
