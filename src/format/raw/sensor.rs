//! The sensor's own samples, developed: decoded by flashraw, one file on one thread, and made a picture here.
//!
//! On the way of a frame: samples to balanced light ([`levels`]), a mosaic to three colours a pixel
//! ([`mosaic`]), the camera's colours to sRGB ([`colours`]), light to 16-bit values ([`tone`]). All of it runs
//! row by row; apart from the samples and the finished picture, only a few rows are in memory.
//!
//! Files from which no picture as good as the camera's can be made are refused by name: colour filters in an
//! order other than Bayer's, layers (Foveon), files without a white balance.

mod black;
mod colours;
mod levels;
mod lossless;
mod mosaic;
mod tiles;
mod tone;

use fearless_simd::{Level, dispatch};
use flashraw::{
    CorruptionPolicy, DecodeOptions, FlashRaw, FrameInfo, OutputFormat, RawFrame, SampleFormat,
    SensorLayout,
};

use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Decoding, Format, Header, Limits, samples, upright};
use crate::frame::{Orientation, Pixels, Pool, Size};
use colours::Matrix;
use levels::Light;
use tone::Tone;

/// Whether this build has what this file is for.
pub(super) const IS_BUILT: bool = true;
/// Sites around the picture that are read with it, so that the filters see what is beyond its edge.
const AROUND: u32 = 8;
/// Stops that a DNG may ask to be brightened or darkened by.
const MOST_STOPS: f64 = 4.0;

/// The header of the picture that the samples make.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let file = open(bytes, limits)?;
    let info = file.frame_info();
    check(info)?;
    let stored = Size::new(info.crop.width, info.crop.height);
    let orientation = Orientation::from_exif(info.orientation as u16);
    let frame_bytes = samples::frame_bytes(stored, 3, 16);
    Ok(Header {
        format: Format::Raw,
        size: upright::size(stored, orientation),
        orientation,
        channels: 3,
        depth_bits: 16,
        kind: format!("sensor data, {} bit", info.bits_per_sample),
        alpha: false,
        subsampling: None,
        decode_bytes: decode_bytes(info, frame_bytes, orientation),
    })
}

/// Bytes at the peak of decoding, of developing or of turning.
fn decode_bytes(info: &FrameInfo, frame_bytes: u64, orientation: Orientation) -> u64 {
    let count = u64::from(info.width) * u64::from(info.height) * u64::from(info.cpp.max(1));
    let is_float = !matches!(options(info, false).output, OutputFormat::RawU16);
    let stored = count * if is_float { 4 } else { 2 };
    // A decoder holds a part of the samples, or all of them, in another way before they are samples.
    let decoding = count * 2 + stored.max(count * 4);
    let developing = stored + frame_bytes + mosaic::bytes(info.width.into());
    let turning = frame_bytes + upright::extra_bytes(orientation, frame_bytes);
    decoding.max(developing).max(turning)
}

/// Decodes and develops the samples.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<(Pixels, Vec<Warning>)> {
    let file = open(bytes, &decoding.limits)?;
    check(file.frame_info())?;
    let options = DecodeOptions {
        limits: flashraw_limits(&decoding.limits),
        ..options(file.frame_info(), decoding.accept_damaged)
    };
    let of_tiles = tiles::fault(bytes);
    if let Some(fault) = of_tiles.as_ref().filter(|_| !decoding.accept_damaged) {
        return Err(Format::Raw.damaged(fault));
    }
    let mut frame = file.decode(options).map_err(refusal)?;
    let fault = of_tiles.or_else(|| tiles::fault_of_samples(bytes, &frame));
    if let Some(fault) = fault.as_ref().filter(|_| !decoding.accept_damaged) {
        return Err(Format::Raw.damaged(fault));
    }
    if let Some(level) = black::measured(&frame, file.frame_info()) {
        frame.black_level = level;
    }
    let mut warnings: Vec<_> = frame.warnings.iter().map(damage).collect();
    warnings.extend(fault.map(Warning::Damaged));
    let stored = upright::size(header.size, header.orientation);
    if (frame.crop.width, frame.crop.height) != (stored.width, stored.height) {
        return Err(Error::new(ErrorKind::Internal, "its size is not that of its header"));
    }
    let gain = exposure(&file);
    if lens_correction(file.frame_info()) {
        let what = "the lens correction that the file asks for was not made";
        warnings.push(Warning::Other(what.to_owned()));
    }
    let balance = levels::balance(&frame).ok_or_else(no_balance)?;
    let matrix = colours::matrix(&frame, balance);
    if !matrix.is_known {
        let camera = file.metadata().camera();
        let what = format!("no colour matrix is known for '{camera}': colours are approximate");
        warnings.push(Warning::Other(what));
    }
    let mut samples = pool.take::<u16>(samples::length(stored, 3)?)?;
    develop(&frame, balance, &matrix, &Tone::new(gain), &mut samples)?;
    Ok((samples::sixteen(stored, 3, samples)?, warnings))
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<FlashRaw<'a>> {
    FlashRaw::open_with(bytes, flashraw_limits(limits)).map_err(refusal)
}

/// Our limits in flashraw's words: masked borders come on top of the picture, and three samples a pixel.
fn flashraw_limits(limits: &Limits) -> flashraw::Limits {
    let by_memory = limits.memory_bytes / 2;
    flashraw::Limits::default()
        .with_max_samples(limits.pixels.saturating_mul(3).min(by_memory).max(1))
        .with_max_dimension(limits.side_px.saturating_add(limits.side_px / 8))
}

fn options(info: &FrameInfo, accept_damaged: bool) -> DecodeOptions {
    // The second list of a DNG's corrections is for light rather than samples.
    let lists = info.opcodes.as_deref();
    let for_light = lists.is_some_and(|lists| lists.lists[1].len() > 4);
    DecodeOptions {
        output: match info.sample_format {
            _ if for_light => OutputFormat::NormalizedF32,
            SampleFormat::F32 => OutputFormat::RawF32,
            _ => OutputFormat::RawU16,
        },
        threads: Some(1),
        corruption_policy: match accept_damaged {
            true => CorruptionPolicy::Recover,
            false => CorruptionPolicy::Strict,
        },
        ..DecodeOptions::default()
    }
}

/// Whether a DNG asks for corrections of the finished picture, which are those of the lens.
fn lens_correction(info: &FrameInfo) -> bool {
    info.opcodes.as_deref().is_some_and(|lists| lists.lists[2].len() > 4)
}

/// Refuses samples that cannot be made a good picture.
fn check(info: &FrameInfo) -> Result<()> {
    let cannot = |what: &str| {
        let message = format!("the sensor data of this RAW file cannot be developed: {what}");
        Err(Error::new(ErrorKind::Unsupported, message).with_hint(super::USE_JPEG))
    };
    let is_bayer = info.cfa.is_some_and(|cfa| {
        let sites = [(0, 0), (1, 0), (0, 1), (1, 1)];
        let colours = sites.map(|(x, y)| cfa.color_at(x, y) as u8);
        let reds_and_blues = [[0, 1, 1, 2], [2, 1, 1, 0], [1, 0, 2, 1], [1, 2, 0, 1]];
        (cfa.width(), cfa.height()) == (2, 2) && reds_and_blues.contains(&colours)
    });
    match info.layout {
        SensorLayout::Bayer if is_bayer && info.cpp == 1 => {}
        SensorLayout::Linear if info.cpp == 3 => {}
        SensorLayout::XTrans => return cannot("longlens does not read X-Trans"),
        SensorLayout::Foveon => return cannot("longlens does not read Foveon's layers"),
        SensorLayout::Monochrome => return cannot("its sensor has no colours"),
        _ => return cannot("its colour filters are in an unusual order"),
    }
    if (info.pixel_aspect - 1.0).abs() > 0.01 {
        return cannot("its pixels are not square");
    }
    if info.white_balance.is_none() && !info.white_balance_applied {
        return Err(no_balance());
    }
    Ok(())
}

fn no_balance() -> Error {
    let message = "this RAW file does not state its white balance";
    Error::new(ErrorKind::Unsupported, message).with_hint(super::USE_JPEG)
}

/// flashraw's errors in our words.
fn refusal(error: flashraw::Error) -> Error {
    use flashraw::Error as Of;
    let short = |text: String| text.chars().take(160).collect::<String>();
    let cannot = |what: String| {
        let message = format!("the sensor data of this RAW file cannot be developed: {what}");
        Error::new(ErrorKind::Unsupported, message).with_hint(super::USE_JPEG)
    };
    match error {
        Of::CorruptFile { .. } | Of::InvalidMetadata(_) => {
            Format::Raw.damaged(&short(error.to_string()))
        }
        Of::LimitExceeded(_) | Of::OutOfMemory(_) => Error::new(
            ErrorKind::TooLarge,
            format!("its sensor data: {}", short(error.to_string())),
        ),
        // Behind the name of the scheme are words to programmers.
        Of::UnsupportedCompression { compression, .. } => {
            let scheme = compression.split(" (").next().unwrap_or_default();
            cannot(format!("it is compressed as {}", short(scheme.to_owned())))
        }
        _ => cannot(short(error.to_string())),
    }
}

fn damage(warning: &flashraw::DecodeWarning) -> Warning {
    Warning::Damaged(warning.to_string().chars().take(160).collect())
}

/// What light is multiplied with, as a DNG asks for.
fn exposure(file: &FlashRaw<'_>) -> f32 {
    let dng = file.metadata().dng.as_ref();
    let of_profile = dng.and_then(|dng| dng.profile.baseline_exposure_offset).unwrap_or_default();
    let stops = dng.and_then(|dng| dng.baseline_exposure).unwrap_or_default() + of_profile;
    // Not a number is no stops.
    stops.max(-MOST_STOPS).min(MOST_STOPS).exp2() as f32
}

/// Develops the picture within the crop into `out`, pixel by pixel.
fn develop(
    frame: &RawFrame,
    balance: [f32; 3],
    matrix: &Matrix,
    tone: &Tone,
    out: &mut [u16],
) -> Result<()> {
    let (crop, active) = (frame.crop, frame.active_area);
    let part = match frame.cpp {
        1 => {
            let left = crop.x.saturating_sub(AROUND).max(active.x);
            let top = crop.y.saturating_sub(AROUND).max(active.y);
            let right = crop.right().saturating_add(AROUND).min(active.right());
            let bottom = crop.bottom().saturating_add(AROUND).min(active.bottom());
            flashraw::Rect::from_ltrb(left, top, right, bottom)
        }
        _ => Some(crop),
    };
    let part = part.ok_or_else(|| Format::Raw.damaged("its borders contradict each other"))?;
    let light = Light::new(frame, part, balance)
        .ok_or_else(|| Format::Raw.damaged("it has fewer samples than it states"))?;
    let (left, top) = ((crop.x - part.x) as usize, (crop.y - part.y) as usize);
    let (width, height) = (crop.width as usize, crop.height as usize);
    let level = Level::new();
    let mut places = [(); 3].map(|()| vec![0_u16; width]);
    let mut show = |y: usize, rows: [&[f32]; 3]| {
        let rows = rows.map(|row| &row[left..][..width]);
        let [red, green, blue] = places.each_mut().map(Vec::as_mut_slice);
        dispatch!(level, _simd => to_places(rows, &matrix.rows, [red, green, blue]));
        let out = &mut out[(y - top) * width * 3..][..width * 3];
        tone.write(places.each_ref().map(Vec::as_slice), out);
    };
    if frame.cpp == 1 {
        mosaic::develop(&light, top..top + height, show);
        return Ok(());
    }
    let mut row = vec![0.0; width * 3];
    let mut planes = [(); 3].map(|()| vec![0.0; width]);
    for y in 0..height {
        light.read_samples(y, &mut row);
        for (x, pixel) in row.as_chunks::<3>().0.iter().enumerate() {
            (0..3).for_each(|channel| planes[channel][x] = pixel[channel]);
        }
        show(y, planes.each_ref().map(Vec::as_slice));
    }
    Ok(())
}

/// A row's colours in sRGB, as places in the table of tones.
#[inline(always)]
fn to_places(rows: [&[f32]; 3], matrix: &[[f32; 3]; 3], out: [&mut [u16]; 3]) {
    let [red, green, blue] = out;
    let length = red.len();
    let rows = rows.map(|row| &row[..length]);
    let (green, blue) = (&mut green[..length], &mut blue[..length]);
    for i in 0..length {
        // A clipped channel is white, and no estimate beside it may be more.
        let light = rows.map(|row| row[i].min(1.0));
        let of = |row: &[f32; 3]| row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
        red[i] = tone::place(of(&matrix[0]));
        green[i] = tone::place(of(&matrix[1]));
        blue[i] = tone::place(of(&matrix[2]));
    }
}
