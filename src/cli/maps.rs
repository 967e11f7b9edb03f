//! The maps of a frame's survey as pictures, which show what `auto` saw.

use std::path::Path;

use image::{DynamicImage, GrayImage, ImageFormat};

use super::text;
use crate::batch::{Stop, Sync, prepare_folder, write_whole};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Plane;
use crate::stage::dehaze::Maps;

/// Writes `NAME-haze.png`, `NAME-sky.png` and `NAME-gain.png` into a folder: the veil (white: all haze), the
/// sky, and what the dehaze takes out at amount 50 (white: all of the light). Existing files are kept.
///
/// # Errors
/// If one of the files exists or cannot be written.
pub(super) fn write(maps: &Maps, frame: &Path, folder: &Path) -> Result<()> {
    prepare_folder(folder)?;
    let stem = frame.file_stem().unwrap_or_default();
    for (name, map) in [("haze", &maps.veil), ("sky", &maps.sky), ("gain", &maps.taken)] {
        let mut file = stem.to_owned();
        file.push(format!("-{name}.png"));
        let path = folder.join(file);
        if path.symlink_metadata().is_ok() {
            return Err(exists(&path));
        }
        write_whole(&path, &png(map)?, Sync::Lazy, &Stop::default())?;
    }
    Ok(())
}

fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Usage, format!("{}: file exists; maps never overwrite", text::path(path)))
        .with_hint("give another folder to --maps")
}

fn png(map: &Plane) -> Result<Vec<u8>> {
    let size = map.size();
    let levels = map.values().iter().map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let grey = GrayImage::from_raw(size.width, size.height, levels).map(DynamicImage::from);
    let written = grey.map(|grey| grey.write_to(&mut bytes, ImageFormat::Png));
    match written {
        Some(Ok(())) => Ok(bytes.into_inner()),
        _ => Err(Error::new(ErrorKind::Internal, "a map could not be encoded")),
    }
}
