//! Datasets, and which field each dataset of record 2 holds (IIM 4.2, chapters 1 and 6).

/// The field of each dataset of record 2, the most bytes it may have, and whether it may be there more
/// than once (IIM 4.2, chapter 6).
pub(super) const DATASETS: [(u8, &str, usize, bool); 21] = [
    (5, "title", 64, false),
    (10, "urgency", 1, false),
    (15, "category", 3, false),
    (20, "supplemental_categories", 32, true),
    (25, "keywords", 64, true),
    (40, "instructions", 256, false),
    (80, "byline", 32, true),
    (85, "byline_title", 32, true),
    (90, "city", 32, false),
    (92, "location", 32, false),
    (95, "province", 32, false),
    (100, "country_code", 3, false),
    (101, "country", 64, false),
    (103, "job_id", 32, false),
    (105, "headline", 256, false),
    (110, "credit", 32, false),
    (115, "source", 32, false),
    (116, "copyright", 128, false),
    (118, "contact", 128, true),
    (120, "description", 2000, false),
    (122, "caption_writer", 32, true),
];
/// One dataset and the bytes it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dataset {
    pub(super) record: u8,
    pub(super) number: u8,
    pub(super) content: Vec<u8>,
    /// All of it, as it stood in the block.
    pub(super) whole: Vec<u8>,
}

impl Dataset {
    pub(super) fn new(record: u8, number: u8, content: Vec<u8>) -> Self {
        let mut whole = vec![0x1C, record, number];
        whole.extend((content.len() as u16).to_be_bytes());
        whole.extend(&content);
        Self { record, number, content, whole }
    }

    /// Whether it is a text of record 2: 2:125 is a picture of the caption, 2:150 to 2:154 and 2:200 to
    /// 2:202 are not texts.
    pub(super) fn is_text(&self) -> bool {
        self.record == 2 && (3..150).contains(&self.number) && self.number != 125
    }

    /// The first dataset of these bytes.
    pub(super) fn first(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..5).filter(|h| h[0] == 0x1C)?;
        let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
        let (start, length) = match length {
            0..0x8000 => (5, length),
            _ => {
                let digits = bytes.get(5..5 + (length & 0x7FFF)).filter(|d| d.len() <= 4)?;
                (5 + digits.len(), digits.iter().fold(0, |sum, &d| sum << 8 | usize::from(d)))
            }
        };
        let whole = bytes.get(..start.checked_add(length)?)?.to_vec();
        Some(Self { record: head[1], number: head[2], content: whole[start..].to_vec(), whole })
    }
}
