//! `longlens sheet`: contact sheets with names and captions, as pictures or as a PDF.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use image::RgbImage;
use rayon::prelude::*;

use super::fields::to_read;
use super::tiles::{self, Tile};
use super::{exit, text};
use crate::batch::{Job, machine_bytes, read_bytes, read_fields, refuse_bomb};
use crate::develop::develop;
use crate::error::{Error, ErrorKind, Result};
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
    let mut code = exit::DONE;
    let mut failed = |error: &Error| {
        text::to_stderr(&text::error(error));
        code = exit::SOME_FAILED;
    };
    found.unreadable.iter().for_each(&mut failed);
    let place = Size::new(wide, (wide as f32 * PLACE) as u32);
    let mut pages = Pages { out: &out, overwrite, format, paper, made: Vec::new(), files: 0 };
    let mut page: Vec<Tile> = Vec::new();
    for row in plan.jobs.chunks(columns as usize) {
        let made: Vec<_> = row.par_iter().map(|job| tile(job, place)).collect();
        let mut row = Vec::new();
        for (tile, error) in made.into_iter().collect::<Result<Vec<_>>>()? {
            error.iter().for_each(&mut failed);
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
    let count = pages.end(is_pdf)?;
    let pages = if count == 1 { "page" } else { "pages" };
    let frames = super::counts::frames_of(plan.jobs.len());
    let out = text::path(&out);
    text::to_stderr(&format!("longlens: {frames} on {count} {pages}: {out}\n"));
    Ok(code)
}

/// The pages as they are made.
struct Pages<'a> {
    out: &'a Path,
    overwrite: bool,
    format: Format,
    /// What a page of a PDF is, if it is to be a whole one.
    paper: Option<Paper>,
    /// Of a PDF.
    made: Vec<(Size, Vec<u8>)>,
    /// Pages that are files.
    files: u32,
}

impl Pages<'_> {
    fn add(&mut self, page: RgbImage) -> Result<()> {
        let size = Size::new(page.width(), page.height());
        let bytes = tiles::encoded(page, self.format)?;
        if self.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf")) {
            self.made.push((size, bytes));
            return Ok(());
        }
        self.files += 1;
        let file = match self.files {
            1 => self.out.to_path_buf(),
            number => {
                let mut name = self.out.file_stem().unwrap_or_default().to_owned();
                name.push(format!("-{number}."));
                name.push(self.out.extension().unwrap_or_default());
                self.out.with_file_name(name)
            }
        };
        tiles::refuse_existing(&file, self.overwrite)?;
        tiles::write(&file, &bytes)
    }

    /// How many there are.
    fn end(self, is_pdf: bool) -> Result<usize> {
        if is_pdf {
            tiles::write(self.out, &pdf(&self.made, self.paper))?;
        }
        Ok(self.made.len().max(self.files as usize))
    }
}

/// A frame in its place with its name and its caption; the name alone, and why, if it cannot be read.
fn tile(job: &Job, place: Size) -> Result<(Tile, Option<Error>)> {
    let name = job.input.file_name().unwrap_or_default().to_string_lossy();
    let (picture, error) = match small(&job.input, place) {
        Ok(picture) => (picture, None),
        Err(error) => (RgbImage::new(1, 1), Some(error)),
    };
    let below = match &error {
        Some(_) => "cannot be read".to_owned(),
        None => caption(job),
    };
    let label = format!("{}\n{}", text::clean(&name), text::clean(&below));
    let tile = tiles::labelled(&tiles::mounted(&picture, place), &plain(), label.trim_end())?;
    Ok((tile, error))
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
        found.map(|(_, value)| value.text.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let text = text.unwrap_or_default();
    match text.char_indices().nth(CAPTION) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// The picture of a file, as large as its place allows, in sRGB.
fn small(path: &Path, place: Size) -> Result<RgbImage> {
    let memory_bytes = machine_bytes() / 2 / rayon::current_num_threads() as u64;
    let limits = Limits { memory_bytes, raw: RawPicture::Any, ..Limits::default() };
    let decoding = Decoding { limits, accept_damaged: true };
    let pool = Pool::default();
    let made = || {
        let file = Opened::new(read_bytes(path, &limits)?, &limits)?;
        refuse_bomb(file.header(), file.bytes().len() as u64, &plain())?;
        let size = file.header().size;
        let fit = |whole: u32, part: u32| f64::from(part) / f64::from(whole);
        let scale = fit(size.width, place.width).min(fit(size.height, place.height));
        let long_px = ((f64::from(size.long_side()) * scale).floor() as u32).max(16);
        let original = match size.long_side() / 8 >= long_px {
            true => file.decode_to_survey(&decoding, &pool)?,
            false => file.decode_as_stored(&decoding, &pool)?.frame,
        };
        let mut recipe = plain();
        recipe.resize.long_edge_px = Some(long_px);
        let developed = develop(&tiles::in_srgb(original.into_frame(&pool)?), &recipe)?;
        Ok(tiles::rgb8(developed.frame.pixels))
    };
    made().map_err(|error: Error| error.about(path))
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
