//! Which colours the samples of a JPEG XL mean: those of a profile inside, or those that its header describes
//! by numbers, for which a profile is made.

use std::sync::Arc;

use jxl::api::{
    JxlColorEncoding, JxlColorProfile, JxlDecoder, JxlPrimaries, JxlTransferFunction, JxlWhitePoint,
};

use crate::colour;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::profile::MOST_ICC_BYTES;

/// Whether light is encoded for HDR screens.
pub(super) fn is_for_hdr(decoder: &JxlDecoder) -> bool {
    let described = decoder.embedded_color_profile().and_then(JxlColorProfile::transfer_function);
    matches!(described, Some(JxlTransferFunction::PQ | JxlTransferFunction::HLG))
}

/// The profile of the samples as they are decoded; none if they are sRGB.
///
/// # Errors
/// If a description is of no colours that there can be.
pub(super) fn profile(
    decoder: &JxlDecoder,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Arc<[u8]>>> {
    let Some(profile) = decoder.output_color_profile() else { return Ok(None) };
    match profile {
        JxlColorProfile::Icc(icc) if icc.len() > MOST_ICC_BYTES => {
            warnings.push(Warning::ProfileDropped("it is larger than 16 MiB".to_owned()));
            Ok(None)
        }
        JxlColorProfile::Icc(icc) => Ok(Some(icc.as_slice().into())),
        JxlColorProfile::Simple(described) => {
            if let Some(JxlColorProfile::Icc(icc)) = decoder.embedded_color_profile() {
                warnings.extend(converted(icc));
            }
            of_description(described)
        }
    }
}

/// Lossy files have their colours in XYB, and the decoder brings them to sRGB rather than into a profile.
fn converted(icc: &[u8]) -> Option<Warning> {
    let name = match colour::describe(icc) {
        Ok(described) if described.is_srgb => return None,
        Ok(described) => format!("its profile '{}'", described.name),
        Err(_) => "its profile".to_owned(),
    };
    let what = format!("its colours were converted from {name} to sRGB, and clipped to it");
    Some(Warning::Other(what))
}

fn of_description(described: &JxlColorEncoding) -> Result<Option<Arc<[u8]>>> {
    use JxlTransferFunction::SRGB;
    use JxlWhitePoint::D65;
    match described {
        JxlColorEncoding::RgbColorSpace {
            white_point: D65,
            primaries,
            transfer_function: SRGB,
            ..
        } => match primaries {
            JxlPrimaries::SRGB => return Ok(None),
            JxlPrimaries::P3 => return colour::display_p3().map(Some),
            _ => {}
        },
        JxlColorEncoding::GrayscaleColorSpace {
            white_point: D65, transfer_function: SRGB, ..
        } => {
            return Ok(None);
        }
        _ => {}
    }
    match described.maybe_create_profile() {
        Ok(Some(icc)) => Ok(Some(icc.into())),
        _ => {
            let message = "the colours that its header describes are impossible";
            Err(Error::new(ErrorKind::Damaged, message))
        }
    }
}
