//! A plan as text: a line of JSON for what all frames have in common, then one for each frame.
//!
//! Lines of frames may be sorted, edited and removed. Each ends with a hash of the rest of it, so that an
//! edited one is recognised and checked again. Paths of originals are relative to `folder`, those of outputs to
//! `out`. The `settings` of the first line apply to every frame that does not override them.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::name::{Name, name_below};
use crate::batch::job::{Caption, Job, Original};
use crate::batch::plan::raws::RawSource;
use crate::batch::scene::Assigned;
use crate::recipe::{Recipe, SETTINGS};

/// What holds for all frames of a plan: its first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Version of longlens that wrote the plan, which alone carries it out.
    pub longlens: String,
    /// The folder that relative paths count from.
    pub folder: Name,
    /// The output folder.
    pub out: Name,
    /// How many lines follow.
    pub frames: usize,
    /// Millions of pixels of all originals.
    pub megapixels: f64,
    /// XXH3 of the settings, those of single frames not among them.
    pub recipe_hash: String,
    /// Whether damaged files are developed as far as they go.
    pub accept_damaged: bool,
    /// What RAW files are developed from, by name.
    pub raw: String,
    /// Fields that every frame must have.
    pub require: Vec<String>,
    /// All settings, by name.
    pub settings: BTreeMap<String, String>,
}

/// One frame of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::batch) struct Frame {
    pub(in crate::batch) input: Name,
    /// The output, below the output folder.
    pub(in crate::batch) output: Name,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) bytes: Option<u64>,
    /// XXH3 of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) hash: Option<String>,
    /// Its weight where shards are dealt out.
    pub(in crate::batch) megapixels: f64,
    pub(in crate::batch) sequence: u32,
    /// Which of several outputs of the frame this line is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) edition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) sidecar: Option<Name>,
    /// The RAW file that the camera made it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) raw: Option<Name>,
    /// Settings that are not those of the head.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::batch) settings: BTreeMap<String, String>,
    /// A finished text; a template is among the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) caption: Option<String>,
    /// Fields of the table.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub(in crate::batch) fields: Pairs,
    /// Fields of `--set`.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub(in crate::batch) set: Pairs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::batch) scene: Option<Assigned>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::batch) warnings: Vec<String>,
    /// XXH3 of the line without this.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::batch) check: String,
}

impl Frame {
    /// The hash of the rest of it.
    pub(in crate::batch) fn checked(&self) -> String {
        let rest = Self { check: String::new(), ..self.clone() };
        // Strings and numbers can always be written as JSON.
        digits(hash(&serde_json::to_vec(&rest).unwrap_or_default()))
    }
}

/// Names with their texts, in order; JSON has them as an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::batch) struct Pairs(pub(in crate::batch) Vec<(String, String)>);

impl Pairs {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in &self.0 {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields with their texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// All settings of a recipe, by name.
fn settings(recipe: &Recipe) -> BTreeMap<String, String> {
    let text = |setting: &crate::recipe::Setting| {
        Some((setting.name.to_owned(), recipe.get(setting.name)?))
    };
    SETTINGS.iter().filter_map(text).collect()
}

/// What a plan is written with beside its frames.
#[derive(Debug)]
pub struct Order<'a> {
    /// The folder that relative paths count from.
    pub folder: PathBuf,
    /// The output folder.
    pub out: &'a Path,
    /// What holds for most frames.
    pub recipe: &'a Recipe,
    /// Whether damaged files are developed as far as they go.
    pub accept_damaged: bool,
    /// What RAW files are developed from.
    pub raw: RawSource,
    /// Fields that every frame must have.
    pub require: Vec<String>,
}

/// Writes a plan; [`super::originals::look_at_originals`] has filled in what the originals hold.
///
/// # Errors
/// Of the writer.
pub fn write_plan(jobs: &[Job], order: &Order, to: &mut impl Write) -> io::Result<()> {
    let of_all = settings(order.recipe);
    let head = Head {
        longlens: env!("CARGO_PKG_VERSION").to_owned(),
        folder: Name::of(&order.folder),
        out: Name::of(order.out),
        frames: jobs.len(),
        megapixels: rounded(Job::megapixels(jobs)),
        recipe_hash: digits(hash(order.recipe.to_toml().as_bytes())),
        accept_damaged: order.accept_damaged,
        raw: order.raw.name().to_owned(),
        require: order.require.clone(),
        settings: of_all.clone(),
    };
    line(&head, to)?;
    // Frames in a row share their recipe.
    let mut last: Option<(&Job, BTreeMap<String, String>)> = None;
    for job in jobs {
        let own = match &last {
            Some((other, own)) if Arc::ptr_eq(&other.recipe, &job.recipe) => own.clone(),
            _ => {
                let mut own = settings(&job.recipe);
                own.retain(|name, text| of_all.get(name) != Some(text));
                own
            }
        };
        let mut frame = frame(job, order.out, own.clone());
        frame.check = frame.checked();
        line(&frame, to)?;
        last = Some((job, own));
    }
    Ok(())
}

fn frame(job: &Job, out: &Path, settings: BTreeMap<String, String>) -> Frame {
    let (bytes, hash, megapixels) = match &job.planned {
        Some(Original { bytes, hash, megapixels }) => {
            (Some(*bytes), Some(hash.clone()), *megapixels)
        }
        None => (None, None, 0.0),
    };
    Frame {
        input: Name::of(&job.input),
        output: name_below(out, &job.output),
        bytes,
        hash,
        megapixels: rounded(megapixels),
        sequence: job.sequence,
        edition: job.edition.as_deref().map(str::to_owned),
        sidecar: job.sidecar.as_deref().map(Name::of),
        raw: job.raw.as_deref().map(Name::of),
        settings,
        caption: match &job.caption {
            Caption::Text(text) => Some(text.clone()),
            Caption::None | Caption::Template(_) => None,
        },
        fields: Pairs(job.fields.table.clone()),
        set: Pairs(job.fields.set.clone()),
        scene: job.scene.clone(),
        warnings: job.warnings.iter().map(ToString::to_string).collect(),
        check: String::new(),
    }
}

/// To a pixel.
fn rounded(megapixels: f64) -> f64 {
    (megapixels * 1e6).round() / 1e6
}

fn line(value: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}
