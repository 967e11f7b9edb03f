//! Breaking text into lines, and the size at which they fit.
//!
//! Lines are broken by the Unicode line breaking algorithm (UAX 14) without hyphenation. Baselines
//! are 1.3 letter sizes apart whatever fonts a line mixes. A caption that is too long is first set
//! wider, then smaller; only where a word is wider than the line at the smallest legible size are
//! words broken.

use cosmic_text::{Attrs, Buffer, Family, LayoutGlyph, Metrics, Shaping, Wrap};

use super::desk::Desk;
use super::legible::is_invisible;

/// From baseline to baseline, in letter sizes.
pub(super) const LEADING: f32 = 1.3;

/// From the top of the first line to its baseline, and from the last baseline to the bottom, in
/// letter sizes: what Latin ascenders (0.76) and descenders (0.24) need, a little lower because a
/// line without descenders would look high. What rises higher (accents on capitals, Hangul) takes
/// it from the padding.
pub(super) const ASCENT: f32 = 0.79;
const DESCENT: f32 = 0.22;

/// Letters of this size are the smallest that are read without effort: 9 px is the smallest text of
/// common user interfaces.
const LEGIBLE_PX: f32 = 9.0;

/// Letters below this size cannot be read: an 'e' needs five rows.
const SMALLEST_PX: f32 = 5.0;

/// Each attempt is smaller than the last one by this.
const SHRINK: f32 = 0.94;

/// Texts with more characters than this are not set at all; no frame holds them legibly, and
/// breaking and shaping them would take seconds.
const MOST_CHARACTERS: usize = 10_000;

/// Beyond this many lines nobody sees that the last one is short.
const BALANCED_LINES: usize = 6;

/// The room a caption has, padding included, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Letter size asked for.
    pub(super) asked_px: f32,
    /// The width it should keep to, and the one it may take if it must.
    pub(super) width: [f32; 2],
    /// The height it should keep to, and the one it may take if it must.
    pub(super) height: [f32; 2],
    /// Padding left and right, above and below, in letter sizes.
    pub(super) pad: [f32; 2],
    /// Whether lines of a like length look better than full ones.
    pub(super) balanced: bool,
}

/// One line of glyphs, in pixels from its own left end.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) glyphs: Vec<LayoutGlyph>,
    /// Where its first visible glyph starts in the glyphs' own coordinates.
    pub(super) left: f32,
    pub(super) width: f32,
    pub(super) rtl: bool,
}

/// A text that fits.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) size_px: f32,
    pub(super) rows: Vec<Row>,
    /// Whether it is smaller or takes more height than it should.
    pub(super) shrunk: bool,
    /// Whether a word is wider than a line, so that it goes on in the next.
    pub(super) broken: bool,
}

impl Block {
    /// The width of its longest line.
    pub(super) fn width(&self) -> f32 {
        self.rows.iter().map(|row| row.width).fold(0.0, f32::max)
    }

    /// Whether it is read from right to left, as its first line is.
    pub(super) fn rtl(&self) -> bool {
        self.rows.first().is_some_and(|row| row.rtl)
    }

    /// From the top of the first line to the bottom of the last.
    pub(super) fn height(&self) -> f32 {
        height(self.rows.len(), self.size_px)
    }
}

fn height(rows: usize, size_px: f32) -> f32 {
    (rows.saturating_sub(1) as f32 * LEADING + ASCENT + DESCENT) * size_px
}

/// A shaped text that can be laid out at any size.
pub(super) struct Text {
    buffer: Buffer,
}

impl Text {
    /// Shapes a text; `None` if it is too long to be a caption.
    pub(super) fn shape(desk: &mut Desk, text: &str) -> Option<Self> {
        if text.chars().count() > MOST_CHARACTERS {
            return None;
        }
        let mut buffer = Buffer::new_empty(Metrics::new(LEGIBLE_PX, LEGIBLE_PX));
        let family = Desk::family();
        let attrs = Attrs::new().family(Family::Name(&family));
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut desk.fonts, false);
        Some(Self { buffer })
    }

    /// The characters for which no font has a glyph, each once, in reading order.
    pub(super) fn missing(&self, desk: &mut Desk) -> Vec<char> {
        let mut missing = Vec::new();
        for run in self.buffer.layout_runs() {
            let without = run.glyphs.iter().filter(|glyph| glyph.glyph_id == 0);
            let mut clusters: Vec<_> = without.map(|glyph| (glyph.start, glyph.end)).collect();
            // Glyphs come as they are seen, and right-to-left text is seen backwards.
            clusters.sort_unstable();
            for (start, end) in clusters {
                for c in run.text[start..end].chars() {
                    if !is_invisible(c) && !missing.contains(&c) && !desk.has(c) {
                        missing.push(c);
                    }
                }
            }
        }
        missing
    }

    /// Lays the text out in this room, as large as asked if it can be; `None` if it fits at no size.
    pub(super) fn fit(&mut self, desk: &mut Desk, room: &Room) -> Option<Block> {
        let [narrow, wide] = room.width;
        let [low, high] = room.height;
        let shrinking = |from: f32, to: f32| {
            std::iter::successors(Some(from), move |px| (*px > to).then(|| (px * SHRINK).max(to)))
        };
        let legible = LEGIBLE_PX.min(room.asked_px);
        let attempts = std::iter::once((room.asked_px, narrow, low))
            .chain(shrinking(room.asked_px, legible).map(|px| (px, wide, low)))
            .chain(shrinking(legible, SMALLEST_PX).map(|px| (px, wide, high)));
        let whole = self.holds_words(desk, room, legible);
        self.buffer.set_wrap(if whole { Wrap::Word } else { Wrap::WordOrGlyph });
        for (size_px, width, height) in attempts {
            if let Some(mut rows) = self.rows(desk, room, size_px, width, height) {
                let shrunk = size_px < room.asked_px || height > low;
                if whole && room.balanced {
                    rows = self.balance(desk, room, size_px, rows, width, height);
                }
                let broken = !whole && !self.holds_words(desk, room, size_px);
                return Some(Block { size_px, rows, shrunk, broken });
            }
        }
        None
    }

    /// Whether every word has room in a line of letters of this size.
    fn holds_words(&mut self, desk: &mut Desk, room: &Room, size_px: f32) -> bool {
        self.buffer.set_wrap(Wrap::Word);
        self.rows(desk, room, size_px, room.width[1], f32::INFINITY).is_some()
    }

    /// The lines at one size in one width; `None` if they do not fit.
    fn rows(
        &mut self,
        desk: &mut Desk,
        room: &Room,
        size_px: f32,
        width: f32,
        height_px: f32,
    ) -> Option<Vec<Row>> {
        let inner_px = width - 2.0 * room.pad[0] * size_px;
        let lines_px = height_px - 2.0 * room.pad[1] * size_px;
        if inner_px < 1.0 || height(1, size_px) > lines_px {
            return None;
        }
        let metrics = Metrics::new(size_px, size_px * LEADING);
        self.buffer.set_metrics_and_size(metrics, Some(inner_px), None);
        self.buffer.shape_until_scroll(&mut desk.fonts, false);
        if height(self.buffer.layout_runs().count(), size_px) > lines_px {
            return None;
        }
        let rows: Vec<Row> = self.buffer.layout_runs().map(|run| row(&run)).collect();
        rows.iter().all(|row| row.width <= inner_px).then_some(rows)
    }

    /// The same number of lines in the narrowest width that has room for them, so that the last one
    /// is not a single word.
    fn balance(
        &mut self,
        desk: &mut Desk,
        room: &Room,
        size_px: f32,
        rows: Vec<Row>,
        width: f32,
        height: f32,
    ) -> Vec<Row> {
        if !(2..=BALANCED_LINES).contains(&rows.len()) {
            return rows;
        }
        let (mut best, mut enough, mut too_narrow) = (rows, width, width * 0.5);
        // Six halvings: to within a letter.
        for _ in 0..6 {
            let middle = (enough + too_narrow) / 2.0;
            match self.rows(desk, room, size_px, middle, height) {
                Some(rows) if rows.len() == best.len() => (best, enough) = (rows, middle),
                _ => too_narrow = middle,
            }
        }
        best
    }
}

fn row(run: &cosmic_text::LayoutRun<'_>) -> Row {
    let seen = |glyph: &&LayoutGlyph| !run.text[glyph.start..glyph.end].chars().all(is_invisible);
    let left = run.glyphs.iter().filter(seen).map(|glyph| glyph.x).fold(f32::MAX, f32::min);
    let right = run.glyphs.iter().filter(seen).map(|glyph| glyph.x + glyph.w).fold(0.0, f32::max);
    let (left, width) = if right > left { (left, right - left) } else { (0.0, 0.0) };
    Row { glyphs: run.glyphs.to_vec(), left, width, rtl: run.rtl }
}

#[cfg(test)]
mod tests {
    use super::super::fonts::Face;
    use super::*;

    #[test]
    fn words_are_broken_only_where_one_has_no_room_in_a_line() {
        let mut desk = Desk::new(&Face::carried()).expect("the carried fonts are fonts");
        let text = "Rows of uniform houses in Chunggang, North Korea, seen from Linjiang in Jilin";
        for width in 60_u16..240 {
            let (width, height) = (f32::from(width), f32::from(width) * 0.66);
            let room = Room {
                asked_px: 12.0,
                width: [width; 2],
                height: [height; 2],
                pad: [0.75, 0.55],
                balanced: true,
            };
            let mut shaped = Text::shape(&mut desk, text).expect("it is short");
            let Some(block) = shaped.fit(&mut desk, &room) else { continue };
            let begins = block.rows.iter().filter_map(|row| row.glyphs.first()).map(|g| g.start);
            let inside = |&at: &usize| at > 0 && !text[..at].ends_with([' ', ',']);
            let broken: Vec<_> = begins.filter(inside).collect();
            assert_eq!(block.broken, !broken.is_empty(), "{width} px: at {broken:?}");
            assert!(!block.broken || width < 72.0, "{width} px have room for a word of 10 letters");
        }
    }
}
