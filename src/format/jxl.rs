//! JPEG XL (ISO/IEC 18181): lossy, lossless, and made of a JPEG; only read.
//!
//! jxl-rs decodes, turns the picture as the codestream says, and converts lossy files out of XYB; [`colours`]
//! finds what the samples mean, [`boxes`] reads the metadata.
//!
//! Of an animation the first picture is developed. CMYK, samples of floating point and files for HDR screens
//! are refused by name.

mod boxes;
mod colours;

use jxl::api::{
    AlphaMode, Endianness, Event, ExtraChannel, JxlBasicInfo, JxlBitDepth, JxlColorType,
    JxlDataFormat, JxlDecoder, JxlDecoderOptions, JxlOutputBuffer, JxlPixelFormat, ProfileLevel,
};

use super::store::{Fault, Run, Store};
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, samples};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Orientation, Pixels, Pool, Size};
use crate::metadata::Blocks;

/// What is done with a file that is not decoded.
const EXPORT: &str = "convert it to JPEG or 16-bit TIFF first";
/// Bytes a pixel that the decoder takes beside its output, of a still and of an animation, whose pictures are
/// laid over each other. Measured: 1 to 3 (24 megapixels; lossless and progressive takes most), and 16.
const STILL_BYTES: u64 = 4;
const ANIMATION_BYTES: u64 = 20;
/// Pixels that a layer may have beside twice those of the picture: encoders gather what repeats in one.
const LAYER_PIXELS: u64 = 1 << 16;
/// Channels beside the colours at most.
const MOST_EXTRA: u64 = 256;

/// A file whose header was read.
struct Picture<'a> {
    decoder: JxlDecoder,
    /// What follows.
    rest: &'a [u8],
    info: JxlBasicInfo,
    /// 1 or 3.
    colours: u8,
}

impl<'a> Picture<'a> {
    /// Reads the header; layers may have so many pixels.
    fn open(bytes: &'a [u8], layer_pixels: u64) -> Result<Self> {
        let mut options = JxlDecoderOptions::default();
        let most_samples = layer_pixels.saturating_mul(3 + MOST_EXTRA);
        options.sample_limit = Some(usize::try_from(most_samples).unwrap_or(usize::MAX));
        options.alpha_mode = AlphaMode::Unpremultiplied;
        options.max_profile_level = ProfileLevel::Main10;
        let (mut decoder, mut rest) = (JxlDecoder::new(options), bytes);
        if decoder.process(&mut rest, None, None).map_err(refusal)? != Event::BasicInfo {
            return Err(damaged(CUT));
        }
        let read = (decoder.basic_info().cloned(), decoder.embedded_color_profile());
        let (Some(info), Some(profile)) = read else { return Err(damaged(CUT)) };
        let colours = if profile.channels() == 1 { 1 } else { 3 };
        let is_cmyk = profile.is_cmyk();
        let mut picture = Self { decoder, rest, info, colours };
        picture.check(is_cmyk)?;
        // Which profile lossy samples come in depends on it.
        picture.decoder.set_pixel_format(picture.pixel_format()).map_err(refusal)?;
        Ok(picture)
    }

    /// Refuses what would not come out right.
    fn check(&self, is_cmyk: bool) -> Result<()> {
        let cannot = |what: &str| {
            let message = format!("this JPEG XL cannot be developed: {what}");
            Err(Error::new(ErrorKind::Unsupported, message).with_hint(EXPORT))
        };
        if is_cmyk || self.has(ExtraChannel::Black) {
            return cannot("its colours are CMYK");
        }
        match self.info.bit_depth {
            JxlBitDepth::Int { bits_per_sample: 1..=16 } => {}
            JxlBitDepth::Int { bits_per_sample } => {
                return cannot(&format!("its samples have {bits_per_sample} bits"));
            }
            JxlBitDepth::Float { .. } => return cannot("its samples are of floating point"),
        }
        if colours::is_for_hdr(&self.decoder) {
            return cannot("it is for HDR screens (PQ or HLG)");
        }
        Ok(())
    }

    fn has(&self, kind: ExtraChannel) -> bool {
        self.info.extra_channels.iter().any(|channel| channel.ec_type == kind)
    }

    fn size(&self) -> Result<Size> {
        let (width, height) = self.info.size;
        let side = |side: usize| u32::try_from(side).ok();
        let sides = side(width).zip(side(height));
        let (width, height) = sides.ok_or_else(|| {
            Error::new(ErrorKind::TooLarge, format!("{width}×{height} px cannot be addressed"))
        })?;
        Ok(Size::new(width, height))
    }

    fn bits(&self) -> u32 {
        self.info.bit_depth.bits_per_sample()
    }

    fn depth_bits(&self) -> u8 {
        if self.bits() > 8 { 16 } else { 8 }
    }

    /// For people.
    fn kind(&self) -> String {
        let coded = if self.info.uses_original_profile { "" } else { ", lossy" };
        let animation = if self.info.animation.is_some() { ", animation" } else { "" };
        format!("{} bit{coded}{animation}", self.bits())
    }

    /// Decodes the first picture into `samples`, bytes of its rows; whether there are more.
    ///
    /// What was decoded before a fault is left in `samples`, and whether that is anything.
    fn decode(&mut self, samples: &mut [u8], size: Size) -> (Result<bool, Fault>, bool) {
        let row_bytes = samples.len() / size.height as usize;
        let mut buffers = [JxlOutputBuffer::new(samples, size.height as usize, row_bytes)];
        let done = loop {
            match self.decoder.process(&mut self.rest, Some(&mut buffers), None) {
                Ok(Event::BasicInfo | Event::FrameHeader) => {}
                Ok(Event::FrameComplete { has_more_frames }) => break Ok(has_more_frames),
                Ok(Event::NeedMoreInput { .. }) => break Err(Fault::Damage(CUT.to_owned())),
                Ok(Event::Complete) => break Err(Fault::Damage("it has no picture".to_owned())),
                Err(error) => break Err(fault(error)),
            }
        };
        let has_something = match &done {
            Ok(_) => true,
            // Of a frame that is only cut the rest can be shown, coarser or not at all.
            Err(Fault::Damage(_)) => {
                self.decoder.flush_pixels(&mut buffers, None).unwrap_or_default()
            }
            Err(Fault::Other(_)) => false,
        };
        (done, has_something)
    }

    fn pixel_format(&self) -> JxlPixelFormat {
        let color_type = match (self.colours, self.has(ExtraChannel::Alpha)) {
            (1, false) => JxlColorType::Grayscale,
            (1, true) => JxlColorType::GrayscaleAlpha,
            (_, false) => JxlColorType::Rgb,
            (_, true) => JxlColorType::Rgba,
        };
        let format = match self.depth_bits() {
            8 => JxlDataFormat::U8 { bit_depth: 8 },
            _ => JxlDataFormat::U16 { endianness: Endianness::native(), bit_depth: 16 },
        };
        JxlPixelFormat {
            color_type,
            color_data_format: Some(format),
            extra_channel_format: vec![None; self.info.extra_channels.len()],
        }
    }

    /// Decodes the first picture; what is transparent is laid over white.
    fn pixels(
        &mut self,
        header: &Header,
        decoding: &Decoding,
        pool: &Pool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Pixels> {
        let mut store = Store::new(header.size, header.channels, header.depth_bits, pool)?;
        let (done, has_something) = if header.alpha {
            self.with_alpha(header, &mut store, pool)?
        } else {
            self.decode(store.bytes_mut(), header.size)
        };
        match done {
            Ok(has_more) => {
                if has_more && self.info.animation.is_some() {
                    warnings.push(Warning::FirstOfMany);
                }
            }
            Err(Fault::Damage(fault)) if decoding.accept_damaged && has_something => {
                warnings.push(Warning::Damaged(fault));
            }
            Err(fault) => return Err(fault.into_error(damaged)),
        }
        store.finish(warnings)
    }

    /// Decodes into a buffer with alpha, and puts that without.
    fn with_alpha(
        &mut self,
        header: &Header,
        store: &mut Store,
        pool: &Pool,
    ) -> Result<(Result<bool, Fault>, bool)> {
        let Header { size, channels, .. } = *header;
        let length = samples::length(size, channels + 1)?;
        let row = size.width as usize * usize::from(channels + 1);
        // Grey and opaque is what is missing.
        let done;
        if header.depth_bits == 8 {
            let mut buffer = pool.take::<u8>(length)?;
            buffer.fill(u8::MAX);
            done = self.decode(&mut buffer, size);
            for (y, row) in buffer.chunks_exact(row).enumerate() {
                store.put(0, y, Run::Eight(row), usize::from(channels + 1));
            }
            pool.give_samples(buffer);
        } else {
            let mut buffer = pool.take::<u16>(length)?;
            buffer.fill(u16::MAX);
            done = self.decode(bytemuck::cast_slice_mut(&mut buffer), size);
            for (y, row) in buffer.chunks_exact(row).enumerate() {
                store.put(0, y, Run::Sixteen(row), usize::from(channels + 1));
            }
            pool.give_samples(buffer);
        }
        Ok(done)
    }

    /// What the file has beside the photograph that somebody may miss.
    fn parts_left_out(&self, of_boxes: Vec<&'static str>) -> Option<Warning> {
        let of_channels = [
            (ExtraChannel::Depth, "a depth map"),
            (ExtraChannel::Thermal, "a thermal picture"),
            (ExtraChannel::SelectionMask, "a matte"),
        ];
        let channels = of_channels.into_iter().filter(|&(kind, _)| self.has(kind));
        let mut names: Vec<_> = channels.map(|(_, name)| name).chain(of_boxes).collect();
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then(|| Warning::PartsLeftOut(names.join(", ")))
    }
}

/// A file that is cut short.
const CUT: &str = "the file ends before its picture does";

fn damaged(fault: &str) -> Error {
    Format::JpegXl.damaged(fault)
}

/// jxl-rs' errors in our words.
fn refusal(error: jxl::error::Error) -> Error {
    fault(error).into_error(damaged)
}

fn fault(error: jxl::error::Error) -> Fault {
    use jxl::error::Error as Of;
    let short = |text: String| text.chars().take(160).collect::<String>();
    match error {
        Of::OutOfMemory(_) | Of::ImageOutOfMemory(..) | Of::ImageSizeTooLarge(..) => {
            let message = format!("the JPEG XL: {}", short(error.to_string()));
            Fault::Other(Error::new(ErrorKind::TooLarge, message))
        }
        Of::PatchesUnsupportedMixedUpsampling(..) | Of::LevelLimitExceeded { .. } => {
            let what = format!("this JPEG XL cannot be decoded: {}", short(error.to_string()));
            Fault::Other(Error::new(ErrorKind::Unsupported, what).with_hint(EXPORT))
        }
        Of::OutOfBounds(_) | Of::SectionTooShort | Of::UnexpectedCodestreamBoxEnd => {
            Fault::Damage(CUT.to_owned())
        }
        other => Fault::Damage(short(other.to_string())),
    }
}

/// The header of the picture, as it is shown.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let picture = Picture::open(bytes, limits.pixels)?;
    let size = picture.size()?;
    limits.admit(size, 0)?;
    let (channels, depth_bits) = (picture.colours, picture.depth_bits());
    let alpha = picture.has(ExtraChannel::Alpha);
    let frame_bytes = samples::frame_bytes(size, channels, depth_bits);
    let with_alpha = if alpha { frame_bytes + frame_bytes / u64::from(channels) } else { 0 };
    let decoder_bytes = match picture.info.animation {
        Some(_) => ANIMATION_BYTES,
        None => STILL_BYTES,
    };
    let kept = (decoder_bytes + picture.info.extra_channels.len() as u64 * 4) * size.area();
    Ok(Header {
        format: Format::JpegXl,
        size,
        // It is turned as its codestream says; what EXIF says has been done by then.
        orientation: Orientation::Upright,
        channels,
        depth_bits,
        kind: picture.kind(),
        alpha,
        subsampling: None,
        decode_bytes: frame_bytes + with_alpha + kept + bytes.len() as u64,
    })
}

/// Decodes the first picture of a file whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let mut picture = Picture::open(bytes, header.size.area() * 2 + LAYER_PIXELS)?;
    let mut warnings = Vec::new();
    let found = boxes::read(bytes, &mut warnings);
    let pixels = picture.pixels(header, decoding, pool, &mut warnings)?;
    if found.is_cut && !warnings.iter().any(|warning| matches!(warning, Warning::Damaged(_))) {
        let fault = "the file ends within its metadata";
        match decoding.accept_damaged {
            true => warnings.push(Warning::Damaged(fault.to_owned())),
            false => return Err(damaged(fault)),
        }
    }
    let icc = colours::profile(&picture.decoder, &mut warnings)?;
    warnings.extend(picture.parts_left_out(found.parts_left_out));
    Ok(AsStored::pixels(pixels, Blocks { icc, ..found.blocks }, warnings))
}

/// The metadata blocks of a file.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    let picture = Picture::open(bytes, Limits::default().pixels)?;
    let mut unsaid = Vec::new();
    let icc = colours::profile(&picture.decoder, &mut unsaid)?;
    Ok(Blocks { icc, ..boxes::read(bytes, &mut unsaid).blocks })
}
