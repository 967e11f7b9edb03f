//! What is done to a frame: one struct of settings per stage, and one table of their names.
//!
//! A setting has the same name and the same form wherever it is written: as a flag (`--crop 3:2`),
//! in a recipe file (`crop = "3:2"`), as a column of `captions.csv`. [`SETTINGS`] is that table;
//! values are checked here, as soon as they are read.

mod edition;
mod file;
mod output;
mod scene;
mod value;

pub use edition::{Edition, Editions};
pub use output::{FormatChoice, Output};
pub use scene::Scene;

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::Anchor;
use crate::metadata::{Policy, Privacy, Profile, WriteMetadata};
use crate::stage::caption::{Caption, SIZE_PERCENT, Style};
use crate::stage::crop::Crop;
use crate::stage::dehaze::Dehaze;
use crate::stage::denoise::Denoise;
use crate::stage::resize::Resize;
use crate::stage::sharpen::{Method, Sharpen};
use crate::stage::turn::{Straighten, Turn};
use crate::words;

/// What is done to a frame, in the order of the work.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recipe {
    /// Haze taken out.
    pub dehaze: Dehaze,
    /// With which frames it shares what is read off the haze.
    pub scene: Scene,
    /// The frame whose haze it takes instead of its own, by name or path; empty for none.
    pub haze_from: String,
    /// Noise taken out of what the dehaze raises.
    pub denoise: Denoise,
    /// Detail raised.
    pub sharpen: Sharpen,
    /// How the frame is turned; it is turned first, as if it had been taken so.
    pub turn: Turn,
    /// The part that is kept.
    pub crop: Crop,
    /// How large the finished frame may be.
    pub resize: Resize,
    /// The caption drawn over or below the picture; an empty text is none.
    pub caption: Caption,
    /// The file that is written.
    pub output: Output,
    /// What of the metadata goes along.
    pub metadata: Policy,
    /// The outputs that a batch makes of each frame, by name; none for the one that this recipe says.
    pub editions: Editions,
}

impl Recipe {
    /// Sets one setting from its text, as a flag, a recipe or a CSV column gives it; spaces around it do
    /// not count but for a caption and a name.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that is none, with the nearest that is one; for a value that
    /// the setting does not take, with those that it does.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let setting = SETTINGS.iter().find(|s| s.name == name).ok_or_else(|| unknown(name))?;
        // A caption and a name begin and end as they are written.
        let value = if matches!(name, "caption" | "name") { value } else { value.trim() };
        (setting.read)(self, value).map_err(|error| error.prefixed(&format!("{name}: ")))
    }

    /// As [`Recipe::set`], as a file in this folder says it: a relative path counts from there.
    ///
    /// # Errors
    /// As [`Recipe::set`].
    pub fn set_in(&mut self, folder: &Path, name: &str, value: &str) -> Result<()> {
        self.set(name, value)?;
        let path = match name {
            "font" => &mut self.caption.font,
            "logo" => &mut self.caption.logo,
            _ => return Ok(()),
        };
        if let Some(path) = path {
            *path = folder.join(&path);
        }
        Ok(())
    }

    /// The text of a setting, as [`Recipe::set`] reads it back; `None` if there is no such setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        SETTINGS.iter().find(|s| s.name == name).map(|s| (s.print)(self))
    }
}

fn unknown(name: &str) -> Error {
    let error =
        Error::new(ErrorKind::Usage, format!("there is no setting '{}'", name.escape_debug()));
    let names = || SETTINGS.iter().map(|setting| setting.name);
    match words::near(name, names()) {
        Some(near) => error.with_hint(format!("did you mean '{near}'?")),
        None => {
            error.with_hint(format!("the settings are {}", names().collect::<Vec<_>>().join(", ")))
        }
    }
}

/// One setting: its name in flags, recipes and CSV columns, and how it is read and printed.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name: `crop`.
    pub name: &'static str,
    /// What its value is called in help texts: `PART`.
    pub value: &'static str,
    /// What it does and the values it takes, for people.
    pub help: &'static str,
    read: fn(&mut Recipe, &str) -> Result<()>,
    print: fn(&Recipe) -> String,
}

impl Setting {
    /// The words that it takes, for a shell to offer; none where any text or number will do.
    #[must_use]
    pub fn values(&self) -> Vec<&'static str> {
        match self.name {
            "dehaze" => vec!["auto", "off"],
            "scene" => vec!["auto", "off", "folder"],
            "sharpen" | "long-edge" | "max-bytes" => vec!["off"],
            "crop" => vec!["off", "sidecar"],
            "straighten" => Straighten::ALL.map(Straighten::name).to_vec(),
            "sharpen-method" => Method::ALL.map(Method::name).to_vec(),
            "anchor" | "caption-anchor" => Anchor::ALL.map(Anchor::name).to_vec(),
            "caption-style" => Style::ALL.map(Style::name).to_vec(),
            "format" => output::format_names(),
            "subsampling" => output::subsampling_names(),
            "optimize" => output::coding_names(),
            "privacy" => Privacy::ALL.map(Privacy::name).to_vec(),
            "write-metadata" => WriteMetadata::ALL.map(WriteMetadata::name).to_vec(),
            "profile" => Profile::ALL.map(Profile::name).to_vec(),
            _ => Vec::new(),
        }
    }
}

/// All settings, in the order of the work.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "dehaze",
        value: "AMOUNT",
        help: "haze removal: auto, off or -100 to 100; negative values add haze",
        read: |r, v| v.parse().map(|value| r.dehaze.amount = value),
        print: |r| r.dehaze.amount.to_string(),
    },
    Setting {
        name: "haze-colour",
        value: "Q",
        help: "colour of the haze: auto, or 0 (grey, fog) to 2; 1.3 for blue ridges",
        read: |r, v| v.parse().map(|value| r.dehaze.haze_colour = value),
        print: |r| r.dehaze.haze_colour.to_string(),
    },
    Setting {
        name: "scene",
        value: "HOW",
        help: "frames that share one look: auto (the same view), off, folder, or a field; in a table, a name",
        read: |r, v| v.parse().map(|value| r.scene = value).map_err(|never| match never {}),
        print: |r| r.scene.to_string(),
    },
    Setting {
        name: "haze-from",
        value: "FRAME",
        help: "the frame whose haze values are used, by name or path; empty for none",
        read: |r, v| {
            r.haze_from = v.to_owned();
            Ok(())
        },
        print: |r| r.haze_from.clone(),
    },
    Setting {
        name: "denoise",
        value: "AMOUNT",
        help: "noise removal: auto (as much as the dehaze would raise the noise), off or 0 to 100",
        read: |r, v| v.parse().map(|value| r.denoise = value),
        print: |r| r.denoise.to_string(),
    },
    Setting {
        name: "sharpen",
        value: "AMOUNT",
        help: "sharpening: off or 0 to 100",
        read: |r, v| v.parse::<Sharpen>().map(|value| r.sharpen.amount = value.amount),
        print: |r| r.sharpen.to_string(),
    },
    Setting {
        name: "sharpen-method",
        value: "METHOD",
        help: "sharpening method: unsharp (fast) or deconvolve (finer, slower)",
        read: |r, v| v.parse().map(|value| r.sharpen.method = value),
        print: |r| r.sharpen.method.to_string(),
    },
    Setting {
        name: "rotate",
        value: "DEGREES",
        help: "degrees to turn clockwise, -45 to 45; empty corners are cropped",
        read: |r, v| v.parse().map(|value| r.turn.rotate = value),
        print: |r| r.turn.rotate.to_string(),
    },
    Setting {
        name: "straighten",
        value: "HOW",
        help: "level the horizon: off, or auto (only if a horizon or verticals are clear)",
        read: |r, v| v.parse().map(|value| r.turn.straighten = value),
        print: |r| r.turn.straighten.to_string(),
    },
    Setting {
        name: "crop",
        value: "PART",
        help: "crop: off, 3:2, 3000x2000, 3000x2000+800+600, 80% or sidecar (as set in Lightroom)",
        read: |r, v| unless_off(v, str::parse).map(|value| r.crop.shape = value),
        print: |r| or_off(r.crop.shape.as_ref()),
    },
    Setting {
        name: "anchor",
        value: "PLACE",
        help: "where the crop is taken: center, north, northeast, … northwest",
        read: |r, v| v.parse().map(|value| r.crop.anchor = value),
        print: |r| r.crop.anchor.to_string(),
    },
    Setting {
        name: "long-edge",
        value: "PX",
        help: "longest side in pixels: off or 16 to 65535",
        read: |r, v| {
            let long_edge = unless_off(v, |v| words::whole(v, 16..=65_535, "px", "off or "));
            long_edge.map(|value| r.resize.long_edge_px = value)
        },
        print: |r| or_off(r.resize.long_edge_px.as_ref()),
    },
    Setting {
        name: "caption",
        value: "TEXT",
        help: "caption, a template: \"{{ city }}, {{ country }} · {{ byline }}\"; empty for none",
        read: |r, v| {
            r.caption.text = v.to_owned();
            Ok(())
        },
        print: |r| r.caption.text.clone(),
    },
    Setting {
        name: "caption-style",
        value: "STYLE",
        help: "plate (over the picture), strip (below it) or text (no box)",
        read: |r, v| v.parse().map(|value| r.caption.style = value),
        print: |r| r.caption.style.to_string(),
    },
    Setting {
        name: "caption-anchor",
        value: "PLACE",
        help: "where the caption goes: auto (bottom left; bottom right for right-to-left text), north, …",
        read: |r, v| {
            r.caption.anchor = if v.trim() == "auto" { None } else { Some(v.parse()?) };
            Ok(())
        },
        print: |r| r.caption.anchor.map_or_else(|| "auto".to_owned(), |at| at.to_string()),
    },
    Setting {
        name: "caption-size",
        value: "PERCENT",
        help: "letter size as a percentage of the short side, 0.5 to 20",
        read: |r, v| {
            words::number(v, SIZE_PERCENT, "%", "").map(|value| r.caption.size_percent = value)
        },
        print: |r| r.caption.size_percent.to_string(),
    },
    Setting {
        name: "font",
        value: "FILE",
        help: "font file to try before the built-in ones; empty for none",
        read: |r, v| {
            r.caption.font = (!v.is_empty()).then(|| v.into());
            Ok(())
        },
        print: |r| path(r.caption.font.as_ref()),
    },
    Setting {
        name: "logo",
        value: "FILE",
        help: "PNG to place in the picture; empty for none",
        read: |r, v| {
            r.caption.logo = (!v.is_empty()).then(|| v.into());
            Ok(())
        },
        print: |r| path(r.caption.logo.as_ref()),
    },
    Setting {
        name: "format",
        value: "FORMAT",
        help: "file format: same, jpeg, png, tiff or webp",
        read: |r, v| v.parse().map(|value| r.output.format = value),
        print: |r| r.output.format.to_string(),
    },
    Setting {
        name: "quality",
        value: "Q",
        help: "JPEG quality, 1 to 100",
        read: |r, v| words::whole(v, 1..=100, "%", "").map(|value| r.output.quality = value as u8),
        print: |r| r.output.quality.to_string(),
    },
    Setting {
        name: "subsampling",
        value: "SCHEME",
        help: "JPEG chroma subsampling: same, 420, 422 or 444",
        read: |r, v| output::parse_subsampling(v).map(|value| r.output.subsampling = value),
        print: |r| output::print_subsampling(r.output.subsampling),
    },
    Setting {
        name: "optimize",
        value: "WHETHER",
        help: "smaller JPEGs that take longer to write: no or yes",
        read: |r, v| output::parse_coding(v).map(|value| r.output.coding = value),
        print: |r| output::print_coding(r.output.coding),
    },
    Setting {
        name: "max-bytes",
        value: "SIZE",
        help: "largest file: off, 1MB, 800kB; a JPEG gets the best quality that fits, up to --quality",
        read: |r, v| output::parse_max_bytes(v).map(|value| r.output.max_bytes = value),
        print: |r| output::print_max_bytes(r.output.max_bytes),
    },
    Setting {
        name: "name",
        value: "TEMPLATE",
        help: "output name without extension, a template: \"{{ filename }}\"",
        read: |r, v| {
            r.output.name = v.to_owned();
            Ok(())
        },
        print: |r| r.output.name.clone(),
    },
    Setting {
        name: "privacy",
        value: "LEVEL",
        help: "metadata to keep: field (no positions, no serials), keep (all) or bare",
        read: |r, v| v.parse().map(|value| r.metadata.privacy = value),
        print: |r| r.metadata.privacy.to_string(),
    },
    Setting {
        name: "write-metadata",
        value: "WHETHER",
        help: "write the fields to EXIF, IPTC and XMP: no or yes",
        read: |r, v| v.parse().map(|value| r.metadata.write_metadata = value),
        print: |r| r.metadata.write_metadata.to_string(),
    },
    Setting {
        name: "profile",
        value: "PROFILE",
        help: "colour profile: keep or srgb (convert)",
        read: |r, v| v.parse().map(|value| r.metadata.profile = value),
        print: |r| r.metadata.profile.to_string(),
    },
    Setting {
        name: "encoding",
        value: "NAME",
        help: "encoding of metadata that is not UTF-8: auto (windows-1252), windows-1251, shift_jis …",
        read: |r, v| v.parse().map(|value| r.metadata.encoding = value),
        print: |r| r.metadata.encoding.to_string(),
    },
];

fn unless_off<T>(text: &str, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
    if words::is_off(text) { Ok(None) } else { read(text).map(Some) }
}

fn or_off<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "off".to_owned(), T::to_string)
}

fn path(value: Option<&std::path::PathBuf>) -> String {
    value.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
