//! `longlens compare`: one frame at several amounts, side by side.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use image::RgbImage;

use super::{exit, shown, text, tiles};
use crate::batch::{machine_bytes, read_bytes, refuse_bomb, refuse_original};
use crate::error::{Error, ErrorKind, Result};
use crate::format::{self, Decoding, Limits, RawPicture};
use crate::frame::{Frame, Pool};
use crate::recipe::Recipe;

/// The settings of which several values can be given, separated by commas, in the order of the work.
const SEVERAL: [&str; 5] = ["dehaze", "haze-colour", "denoise", "sharpen", "sharpen-method"];
/// Most pictures side by side in one row where one setting varies.
const MOST_COLUMNS: usize = 4;
/// Most pictures in all.
const MOST_TILES: usize = 64;

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let varied = Varied::of(order)?;
    let width = order.get_one::<u32>("width").copied().unwrap_or(2400);
    let overwrite = order.get_flag("overwrite");
    let frames: Vec<&PathBuf> = order.get_many("file").into_iter().flatten().collect();
    let out = order.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let is_folder = out.is_dir() || frames.len() > 1 || out.extension().is_none();
    if is_folder && out.is_file() {
        let error = Error::new(ErrorKind::Usage, "this is a file, but there are several frames");
        return Err(error.about(&out).with_hint("name a folder"));
    }
    let named = match is_folder {
        true => in_folder(&frames, &out),
        false => frames.iter().map(|frame| (frame.as_path(), out.clone())).collect(),
    };
    for (_, file) in &named {
        refuse_original(file, frames.iter().map(|frame| frame.as_path()))?;
    }
    let mut code = exit::DONE;
    for (frame, file) in named {
        match compared(frame, &file, &varied, width, overwrite) {
            Ok(whole) => {
                text::to_stderr(&format!(
                    "longlens: {} versions are side by side in {}\n",
                    varied.recipes.len(),
                    text::path(&file)
                ));
                if order.get_flag("show") {
                    shown::show(&whole, &file)?;
                }
            }
            Err(error) => {
                text::to_stderr(&text::error(&error));
                code = code.max(exit::of_frame(&error));
            }
        }
    }
    Ok(code)
}

/// Each frame once, with a name of its own in the folder.
fn in_folder<'a>(frames: &[&'a PathBuf], out: &Path) -> Vec<(&'a Path, PathBuf)> {
    let mut named: Vec<(&Path, PathBuf)> = Vec::with_capacity(frames.len());
    for &frame in frames {
        if named.iter().any(|(other, _)| *other == frame) {
            continue;
        }
        let file_of = |number: usize| {
            let mut name = frame.file_stem().unwrap_or_default().to_owned();
            if number > 1 {
                name.push(format!("-{number}"));
            }
            name.push("-compare.jpg");
            out.join(name)
        };
        let is_free = |file: &PathBuf| named.iter().all(|(_, other)| other != file);
        if let Some(file) = (1..).map(file_of).find(is_free) {
            named.push((frame, file));
        }
    }
    named
}

/// What is tried: recipes with their labels, in rows of so many.
struct Varied {
    recipes: Vec<(String, Recipe)>,
    columns: usize,
}

impl Varied {
    fn of(order: &ArgMatches) -> Result<Self> {
        let mut base = Recipe::default();
        super::presets::Layers::read(order)?.lay_over(&mut base)?;
        let mut lists = Vec::new();
        for (name, value) in super::given::flags(order) {
            let values: Vec<&str> = value.split(',').map(str::trim).collect();
            match SEVERAL.contains(&name.as_str()) && values.len() > 1 {
                true => {
                    lists.push((name, values.into_iter().map(str::to_owned).collect::<Vec<_>>()))
                }
                false => base.set(&name, &value).map_err(|e| e.prefixed("--"))?,
            }
        }
        if lists.is_empty() {
            let error = Error::new(ErrorKind::Usage, "there is nothing to compare");
            return Err(error.with_hint("give several values: --dehaze 20,40,60"));
        }
        lists.sort_by_key(|(name, _)| SEVERAL.iter().position(|several| several == name));
        let mut recipes = vec![(String::new(), base)];
        for (name, values) in &lists {
            let mut next = Vec::new();
            for (label, recipe) in &recipes {
                for value in values {
                    let mut recipe = recipe.clone();
                    recipe.set(name, value).map_err(|e| e.prefixed("--"))?;
                    let before = if label.is_empty() { "" } else { ", " };
                    next.push((format!("{label}{before}{name} {value}"), recipe));
                }
            }
            recipes = next;
        }
        if recipes.len() > MOST_TILES {
            let message =
                format!("{} pictures are too many; the limit is {MOST_TILES}", recipes.len());
            return Err(Error::new(ErrorKind::Usage, message).with_hint("give fewer values"));
        }
        let columns = match &lists[..] {
            [(_, only)] => only.len().min(MOST_COLUMNS),
            // The last one from left to right, those before it from top to bottom.
            more => more.last().map_or(1, |(_, values)| values.len()),
        };
        Ok(Self { recipes, columns })
    }
}

fn compared(
    frame: &Path,
    file: &Path,
    varied: &Varied,
    width: u32,
    overwrite: bool,
) -> Result<RgbImage> {
    let format = tiles::format_to_write(file, overwrite)?;
    let original = decoded(frame)?;
    let columns = varied.columns as u32;
    let gap = tiles::gap(width);
    let wide = (width.saturating_sub(gap * (columns + 1)) / columns).max(16);
    let mut made = Vec::with_capacity(varied.recipes.len());
    for (label, recipe) in &varied.recipes {
        let mut recipe = recipe.clone();
        let kept = recipe.crop.rect(original.size())?.0.size();
        // As wide as its place, however high.
        let long = f64::from(wide) * f64::from(kept.long_side()) / f64::from(kept.width);
        recipe.resize.long_edge_px = Some((long.round() as u32).max(16));
        let (tile, _) = tiles::labelled(&original, &recipe, label).map_err(|e| e.about(frame))?;
        made.push(tile);
    }
    let whole = tiles::laid(&made, varied.columns, gap);
    tiles::write(file, &tiles::encoded(whole.clone(), format).map_err(|e| e.about(file))?)?;
    Ok(whole)
}

/// A frame in sRGB, with a small JPEG of a RAW file if there is no larger one.
pub(super) fn decoded(path: &Path) -> Result<Frame> {
    let limits =
        Limits { memory_bytes: machine_bytes() / 2, raw: RawPicture::Any, ..Limits::default() };
    let bytes = read_bytes(path, &limits)?;
    let header = format::probe(&bytes, &limits).map_err(|e| e.about(path))?;
    refuse_bomb(&header, bytes.len() as u64, &Recipe::default()).map_err(|e| e.about(path))?;
    let decoding = Decoding { limits, accept_damaged: false };
    let decoded = format::decode(&bytes, &decoding, &Pool::default());
    Ok(tiles::in_srgb(decoded.map_err(|e| e.about(path))?.frame))
}
