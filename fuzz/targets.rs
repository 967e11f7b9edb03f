//! The fuzz targets: each accepts any bytes and must return without a panic, in little time and memory.
//! `tests/promises/mutated.rs` runs the same functions on bytes that it changes itself.

use std::sync::OnceLock;

use longlens::batch::{Captions, Record, WrittenPlan};
use longlens::develop::{Means, Prepared, Workers, develop};
use longlens::error::{ErrorKind, Result};
use longlens::format::{
    self, BandEncoder, Decoding, Encoding, Format, Limits, RawPicture, Threads,
};
use longlens::frame::{Original, Pool, Size};
use longlens::metadata::{self, Blocks, Change, Fields};
use longlens::recipe::Recipe;
use longlens::stage::caption::Typesetter;
use longlens::template::{self, Template};

/// Small enough that no input takes long.
const LIMITS: Limits =
    Limits { pixels: 250_000, side_px: 4000, memory_bytes: 64 << 20, raw: RawPicture::Any };

/// A codec's panic is caught and becomes an internal error, which the targets report as a failure.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
fn no_panic<T>(result: Result<T>) -> Result<T> {
    if let Err(error) = &result {
        assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    }
    result
}

/// Any bytes as a file.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn decode(bytes: &[u8]) {
    let pool = Pool::default();
    let _ = no_panic(format::read_blocks(bytes));
    let both = |raw| [(raw, false), (raw, true)];
    for (raw, accept_damaged) in [RawPicture::Any, RawPicture::Sensor].into_iter().flat_map(both) {
        let decoding = Decoding { limits: Limits { raw, ..LIMITS }, accept_damaged };
        if let Ok(decoded) = no_panic(format::decode(bytes, &decoding, &pool)) {
            assert_eq!(decoded.frame.size(), decoded.header.size);
            pool.give(decoded.frame);
        }
    }
}

/// Metadata of any bytes: read, changed, carried over, written, read again.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn metadata(bytes: &[u8]) {
    let of_file = format::read_blocks(bytes).unwrap_or_default();
    let raw = Blocks {
        exif: Some(bytes.to_vec()),
        xmp: Some(bytes.to_vec()),
        photoshop: Some(bytes.to_vec()),
        ..Blocks::default()
    };
    for blocks in [of_file, raw] {
        let (mut fields, _) = Fields::read(&blocks, "frame", metadata::Encoding::default());
        let _ = fields.add_sidecar(bytes);
        let mut recipe = Recipe::default();
        for write in ["no", "yes"] {
            if recipe.set("write-metadata", write).is_err() {
                return;
            }
            let change = Change {
                size: Size::new(40, 30),
                fields: &fields,
                iptc: metadata::Iptc::Kept,
                segment_bytes: Some(65_533),
                exif_tags: metadata::ExifTags::OfTiff,
                reformatted: true,
                picture: Some(metadata::Picture {
                    original: Size::new(90, 60),
                    turned: longlens::frame::Orientation::Rotate90,
                    tilted: None,
                    kept: longlens::frame::Rect { x: 10, y: 0, width: 80, height: 60 },
                }),
            };
            let Ok(carried) = metadata::carry_over(blocks.clone(), &recipe.metadata, &change)
            else {
                continue;
            };
            let (_again, _) = Fields::read(&carried.blocks, "frame", metadata::Encoding::default());
            let _ = metadata::verify(&carried.blocks, &[], &carried);
        }
    }
}

/// Any text as a caption and as a name.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn template(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let fields = [("city", "Tumen"), ("date", "2024-02-28"), ("byline", &*text)];
    let fields: template::Fields = fields.map(|(name, value)| (name.into(), value.into())).into();
    if let Ok(template) = Template::parse(&text) {
        let _ = template.render(&fields, "frame.jpg");
        if let Ok(name) = template.render_name(&fields, "frame.jpg", ".jpg") {
            assert!(name.len() <= 255 && !name.contains(['/', '\0']), "{name:?}");
            assert!(!name.is_empty() && name != "." && name != "..", "{name:?}");
        }
    }
    if let Ok(codes) = template::CodeReplacements::parse(&text) {
        let _ = codes.apply(&text);
        let _ = codes.apply_to_template(&text);
    }
}

/// Any text as a recipe.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn recipe(bytes: &[u8]) {
    let mut recipe = Recipe::default();
    if recipe.set_from_toml(&String::from_utf8_lossy(bytes)).is_ok() {
        let mut again = Recipe::default();
        let printed = recipe.to_toml();
        assert!(again.set_from_toml(&printed).is_ok(), "{printed}");
        assert_eq!(again.to_toml(), printed);
    }
}

/// Any bytes as a table of captions.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn captions(bytes: &[u8]) {
    if let Ok(table) = Captions::parse(bytes) {
        for line in table.lines() {
            let found = table.find(line.file.as_ref());
            let _ = table.caption(found.unwrap_or(line));
            let _ = table.fields(line).count();
            let _ = table.apply(line, &mut Recipe::default());
        }
    }
}

/// Any bytes as the journal of an output folder.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn journal(bytes: &[u8]) {
    assert!(Record::recover(bytes).is_ok(), "bytes in memory can be read");
}

/// Any bytes as a written plan.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn plan(bytes: &[u8]) {
    if let Ok(plan) = no_panic(WrittenPlan::read(bytes)) {
        assert_eq!(plan.jobs.len(), plan.head.frames);
        assert_eq!(plan.dealt(3).len(), plan.jobs.len());
    }
}

/// Recipes that together use every stage.
fn recipes() -> &'static [Recipe] {
    static RECIPES: OnceLock<Vec<Recipe>> = OnceLock::new();
    RECIPES.get_or_init(|| {
        let orders: [&[(&str, &str)]; 6] = [
            &[],
            &[("dehaze", "100"), ("sharpen", "100"), ("crop", "3:2")],
            &[("dehaze", "-100"), ("crop", "50%"), ("caption", "Tumen, 28 February")],
            &[("dehaze", "off"), ("sharpen", "off"), ("format", "png")],
            &[("crop", "1:1"), ("caption", "a"), ("format", "tiff")],
            &[("format", "jpeg"), ("optimize", "yes")],
        ];
        let recipe = |order: &&[(&str, &str)]| {
            let mut recipe = Recipe::default();
            for (name, value) in *order {
                let set = recipe.set(name, value);
                assert!(set.is_ok(), "{set:?}");
            }
            recipe
        };
        orders.iter().map(recipe).collect()
    })
}

/// Any bytes as a tiny frame through the whole pipeline.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
pub(crate) fn frame(bytes: &[u8]) {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let recipe = &recipes()[usize::from(choice) % recipes().len()];
    let decoding = Decoding { limits: Limits { pixels: 20_000, ..LIMITS }, accept_damaged: true };
    let pool = Pool::default();
    let Ok(decoded) = no_panic(format::decode_as_stored(bytes, &decoding, &pool)) else { return };
    let Ok(frame) = decoded.frame.clone().into_frame(&pool) else { return };
    let Ok(developed) = develop(&frame, recipe) else { return };
    let format = recipe.output.format.or_same(Format::Jpeg);
    let encoding = Encoding { quality: 80, coding: recipe.output.coding, ..Encoding::of(format) };
    let mut out = Vec::new();
    let blocks = Blocks::default();
    let written = format::encode(&developed.frame, &encoding, &blocks, Threads::One, &mut out);
    assert!(written.is_ok(), "{written:?}");
    if encoding.format == Format::Jpeg {
        assert!(in_bands(decoded.frame, recipe, &encoding) == out, "bands are the whole frame");
    }
    let again = format::decode(&out, &Decoding::default(), &Pool::default());
    assert!(again.is_ok_and(|again| again.frame.size() == developed.frame.size()));
}

/// The file of an original that is encoded as it is developed.
#[allow(dead_code, reason = "each fuzz program uses one of these")]
fn in_bands(original: Original, recipe: &Recipe, encoding: &Encoding) -> Vec<u8> {
    let mut out = Vec::new();
    let mut made = || -> Result<()> {
        let typesetter = Typesetter::open(&recipe.caption)?;
        let prepared = Prepared::new(original.size(), recipe, &typesetter)?;
        let encoder = BandEncoder::new(prepared.size(), &original, encoding, Threads::One)?;
        let means = Means { pool: &Pool::default(), workers: Workers::One, survey: None };
        prepared.develop_into(original.clone(), means, &encoder)?;
        encoder.finish(&Blocks::default(), &mut out).map(drop)
    };
    let made = made();
    assert!(made.is_ok(), "{made:?}");
    out
}
