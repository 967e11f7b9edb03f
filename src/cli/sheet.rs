//! `longlens sheet`: contact sheets with names and captions, as pictures or as a PDF.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use image::RgbImage;
use rayon::prelude::*;

use super::fields::to_read;
use super::tiles::{self, Tile};
use super::{exit, text};
use crate::batch::{Job, machine_bytes, read_bytes, read_fields, refuse_bomb, refuse_original};
use crate::develop::develop;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Decoding, Format, Limits, Opened, RawPicture};
use crate::frame::{Pool, Size};
use crate::recipe::Recipe;
use crate::stage::dehaze::Amount;

/// Height of a picture's place, as a share of its width.
const PLACE: f32 = 0.75;
/// Pixels of an inch where nobody says how wide a page is.
const DPI: f64 = 300.0;
/// Points of an inch in a PDF.
const POINTS: f64 = 72.0;
/// Letters of a caption at most.
const CAPTION: usize = 140;

/// A shape of pages: its name, and width and height in points (ISO 216, ANSI Y14.1).
type Paper = (&'static str, f64, f64);

const PAPERS: [Paper; 6] = [
    ("a3", 841.89, 1190.55),
    A4,
    ("a5", 419.53, 595.28),
    ("letter", 612.0, 792.0),
    ("legal", 612.0, 1008.0),
    ("tabloid", 792.0, 1224.0),
];
const A4: Paper = ("a4", 595.28, 841.89);

/// The names of the papers.
pub(super) fn papers() -> Vec<&'static str> {
    PAPERS.iter().map(|paper| paper.0).collect()
}

fn paper(text: &str) -> Result<Paper> {
    let named = PAPERS.into_iter().find(|paper| paper.0 == text.trim().to_lowercase());
    let names = || papers().join(", ");
    named.ok_or_else(|| Error::no_value(text, "a paper", &names()).prefixed("--paper: "))
}

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let out = order.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let overwrite = order.get_flag("overwrite");
    let is_pdf = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
    let format = match is_pdf {
        true => tiles::refuse_existing(&out, overwrite).map(|()| Format::Jpeg)?,
        false => tiles::format_to_write(&out, overwrite)?,
    };
    let columns = order.get_one::<u32>("columns").copied().unwrap_or(5);
    let paper = order.get_one::<String>("paper").map(|text| paper(text)).transpose()?;
    let (_, wide, high) = paper.unwrap_or(A4);
    let of_paper = (wide / POINTS * DPI).round() as u32;
    let width = order.get_one::<u32>("width").copied().unwrap_or(of_paper);
    let most = (f64::from(width) * high / wide) as u32;
    let gap = tiles::gap(width);
    let wide = width.saturating_sub(gap * (columns + 1)) / columns;
    if wide < 64 {
        let message = format!("{columns} columns are too many for {width} pixels");
        return Err(Error::new(ErrorKind::Usage, message)
            .with_hint("use fewer columns or a larger --width"));
    }
    let (found, plan) = to_read(order, false)?;
    refuse_original(&out, inputs(&plan.jobs))?;
    let mut code = exit::DONE;
    let mut failed = |error: &Error| {
        text::to_stderr(&text::error(error));
        code = exit::SOME_FAILED;
    };
    found.unreadable.iter().for_each(&mut failed);
    let place = Size::new(wide, (wide as f32 * PLACE) as u32);
    let mut pages = Pages { out: &out, overwrite, format, paper, made: Vec::new() };
    let mut page: Vec<Tile> = Vec::new();
    for of_row in plan.jobs.chunks(columns as usize) {
        let made: Vec<_> = of_row.par_iter().map(|job| tile(job, place)).collect();
        let mut row = Vec::new();
        for (job, made) in of_row.iter().zip(made) {
            let Made { tile, error, warning } = made?;
            error.iter().for_each(&mut failed);
            if let Some(warning) = warning {
                let tone = text::painted(text::Tone::Warning);
                let input = text::path(&job.input);
                text::to_stderr(&format!("longlens: {tone} {input}: {}\n", text::clean(&warning)));
            }
            row.push(tile);
        }
        let high = |tiles: &[Tile]| tiles::laid(tiles, columns as usize, gap).height();
        if !page.is_empty() && high(&page) + high(&row) > most {
            pages.add(tiles::laid(&page, columns as usize, gap))?;
            page.clear();
        }
        page.extend(row);
    }
    pages.add(tiles::laid(&page, columns as usize, gap))?;
    let count = pages.end(is_pdf, &plan.jobs)?;
    let pages = if count == 1 { "page" } else { "pages" };
    let frames = super::counts::frames_of(plan.jobs.len());
    let out = text::path(&out);
    text::to_stderr(&format!("longlens: {frames} on {count} {pages}: {out}\n"));
    Ok(code)
}

fn inputs(jobs: &[Job]) -> impl Iterator<Item = &Path> {
    jobs.iter().map(|job| job.input.as_path())
}

/// The pages as they are made. They are written together: none, if one cannot be.
struct Pages<'a> {
    out: &'a Path,
    overwrite: bool,
    format: Format,
    /// What a page of a PDF is, if it is to be a whole one.
    paper: Option<Paper>,
    made: Vec<(Size, Vec<u8>)>,
}

impl Pages<'_> {
    fn add(&mut self, page: RgbImage) -> Result<()> {
        let size = Size::new(page.width(), page.height());
        self.made.push((size, tiles::encoded(page, self.format)?));
        Ok(())
    }

    /// The file of a page, from 1 on.
    fn file(&self, number: usize) -> PathBuf {
        if number == 1 {
            return self.out.to_path_buf();
        }
        let mut name = self.out.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}."));
        name.push(self.out.extension().unwrap_or_default());
        self.out.with_file_name(name)
    }

    /// Writes them; how many there are.
    fn end(self, is_pdf: bool, jobs: &[Job]) -> Result<usize> {
        let count = self.made.len();
        if is_pdf {
            tiles::write(self.out, &pdf(&self.made, self.paper))?;
            return Ok(count);
        }
        let files: Vec<PathBuf> = (1..=count).map(|number| self.file(number)).collect();
        for file in &files {
            tiles::refuse_existing(file, self.overwrite)?;
            refuse_original(file, inputs(jobs))?;
        }
        for (file, (_, bytes)) in files.iter().zip(&self.made) {
            tiles::write(file, bytes)?;
        }
        let next = self.file(count + 1);
        if self.overwrite && next.symlink_metadata().is_ok() {
            let (tone, next) = (text::painted(text::Tone::Warning), text::path(&next));
            text::to_stderr(&format!("longlens: {tone} {next}: not a page of this sheet\n"));
        }
        Ok(count)
    }
}

/// A frame in its place.
struct Made {
    tile: Tile,
    /// Why it is not, or only in part, what it should be.
    error: Option<Error>,
    /// What its label lacks.
    warning: Option<String>,
}

/// A frame in its place with its name and its caption; the name alone, and why, if it cannot be read.
fn tile(job: &Job, place: Size) -> Result<Made> {
    let name = job.input.file_name().unwrap_or_default().to_string_lossy();
    let (picture, below, error) = match small(&job.input, place) {
        Ok((picture, None)) => (picture, caption(job), None),
        Ok((picture, damage)) => (picture, "damaged".to_owned(), damage),
        Err(error) => (RgbImage::new(1, 1), "cannot be read".to_owned(), Some(error)),
    };
    let label = format!("{}\n{below}", one_line(&name));
    let (tile, warnings) =
        tiles::labelled(&tiles::mounted(&picture, place), &plain(), label.trim_end())?;
    Ok(Made { tile, error, warning: without_glyph(&warnings) })
}

/// The first character that no font has, and how many more there are.
fn without_glyph(warnings: &[Warning]) -> Option<String> {
    let mut lacking = warnings.iter().filter(|w| matches!(w, Warning::MissingGlyph(_)));
    let first = lacking.next()?;
    Some(match lacking.count() {
        0 => first.to_string(),
        more => format!("{first}, nor {more} more of its label"),
    })
}

/// What a label can have: the caption's own rules drop what is invisible or turns text round.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A recipe that leaves pictures as they are.
fn plain() -> Recipe {
    let mut recipe = Recipe::default();
    recipe.dehaze.amount = Amount::Off;
    recipe.sharpen.amount = None;
    recipe
}

fn caption(job: &Job) -> String {
    let Ok((fields, _)) = read_fields(job) else { return String::new() };
    let text = ["description", "headline", "title"].iter().find_map(|name| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| one_line(&value.text))
    });
    let text = text.unwrap_or_default();
    match text.char_indices().nth(CAPTION) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// The picture of a file, as large as its place allows, in sRGB; of a damaged one what can be read, and what is
/// wrong.
fn small(path: &Path, place: Size) -> Result<(RgbImage, Option<Error>)> {
    let made = match small_of(path, place, false) {
        Err(damage) if damage.kind() == ErrorKind::Damaged => {
            let rest = small_of(path, place, true).ok();
            let damage = damage.about(path).with_hint("copy the file again");
            return rest.map(|picture| (picture, Some(damage.clone()))).ok_or(damage);
        }
        made => made,
    };
    made.map(|picture| (picture, None)).map_err(|error| error.about(path))
}

fn small_of(path: &Path, place: Size, accept_damaged: bool) -> Result<RgbImage> {
    let memory_bytes = machine_bytes() / 2 / rayon::current_num_threads() as u64;
    let limits = Limits { memory_bytes, raw: RawPicture::Any, ..Limits::default() };
    let decoding = Decoding { limits, accept_damaged };
    let pool = Pool::default();
    let file = Opened::new(read_bytes(path, &limits)?, &limits)?;
    refuse_bomb(file.header(), file.bytes().len() as u64, &plain())?;
    let size = file.header().size;
    let fit = |whole: u32, part: u32| f64::from(part) / f64::from(whole);
    let scale = fit(size.width, place.width).min(fit(size.height, place.height));
    let long_px = ((f64::from(size.long_side()) * scale).floor() as u32).max(16);
    // What is only measured has to be whole.
    let original = match size.long_side() / 8 >= long_px && !accept_damaged {
        true => file.decode_to_survey(&decoding, &pool)?,
        false => file.decode_as_stored(&decoding, &pool)?.frame,
    };
    let mut recipe = plain();
    recipe.resize.long_edge_px = Some(long_px);
    let developed = develop(&tiles::in_srgb(original.into_frame(&pool)?), &recipe)?;
    Ok(tiles::rgb8(developed.frame.pixels))
}

/// JPEGs as the pages of a PDF, each as wide as its paper (ISO 32000-1, 7.5 and 8.9); without a paper as wide as
/// A4, and as high as it is.
fn pdf(pages: &[(Size, Vec<u8>)], paper: Option<Paper>) -> Vec<u8> {
    let wide = paper.unwrap_or(A4).1;
    let mut file = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut starts = Vec::new();
    let mut object = |file: &mut Vec<u8>, head: &str, stream: Option<&[u8]>| {
        starts.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{head}\n", starts.len()).as_bytes());
        if let Some(stream) = stream {
            file.extend_from_slice(b"stream\n");
            file.extend_from_slice(stream);
            file.extend_from_slice(b"\nendstream\n");
        }
        file.extend_from_slice(b"endobj\n");
    };
    object(&mut file, "<< /Type /Catalog /Pages 2 0 R >>", None);
    // Page, what is drawn on it, picture: three objects each, from the third on.
    let kids: Vec<String> = (0..pages.len()).map(|i| format!("{} 0 R", 3 + 3 * i)).collect();
    let (kids, count) = (kids.join(" "), pages.len());
    object(&mut file, &format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>"), None);
    for (i, (Size { width, height }, jpeg)) in pages.iter().enumerate() {
        let high = wide * f64::from(*height) / f64::from(*width);
        let page_high = paper.map_or(high, |paper| paper.2.max(high));
        let (drawn, picture) = (4 + 3 * i, 5 + 3 * i);
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {page_high:.2}] /Contents {drawn} 0 R \
             /Resources << /XObject << /P {picture} 0 R >> >> >>"
        );
        object(&mut file, &page, None);
        // The rest of the page is as dark as what is between the pictures.
        let (ground, bottom) = (tiles::GROUND_GREY, page_high - high);
        let draw = format!(
            "{ground:.3} g 0 0 {wide} {page_high:.2} re f\n\
             {wide} 0 0 {high:.2} 0 {bottom:.2} cm /P Do"
        );
        object(&mut file, &format!("<< /Length {} >>", draw.len()), Some(draw.as_bytes()));
        let head = format!(
            "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB \
             /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>",
            jpeg.len()
        );
        object(&mut file, &head, Some(jpeg));
    }
    let table = file.len();
    let size = starts.len() + 1;
    file.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
    for start in starts {
        file.extend_from_slice(format!("{start:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    file.extend_from_slice(end.as_bytes());
    file
}
