//! A whole shoot: which frames are developed, under which names, on how many workers, in how much memory, and
//! the outcome of each.
//!
//! [`find`] finds the frames, [`plan`] gives each its recipe, fields and output name, and
//! [`Batch::run`] develops them. No pixel is touched here and nothing is printed.

mod disk;
mod fields;
mod job;
mod memory;
mod outcome;
mod plan;
mod run;
mod scene;
mod settings;
mod shard;
mod stop;
mod watch;

pub use disk::claim::Claim;
pub use disk::folder::{free_bytes, prepare_folder};
pub use disk::hash::hash;
pub use disk::journal::{Chosen, Entry, JOURNAL, Record};
pub use disk::log::{Ended, Log, Seen, Trace};
pub use disk::name::Name;
pub use disk::read::read_bytes;
pub use disk::stamp::Stamp;
pub(crate) use disk::write::write_whole;
pub use disk::write::{Sync, TEMPORARY_PREFIX};
pub use fields::read_fields;
pub use job::{Caption, Fields, Job, Original};
pub use memory::bomb::refuse_bomb;
pub use memory::machine::machine_bytes;
pub use outcome::{Done, Event, Fit, Outcome, Shown, Status, Summary, Surveyed, Thumbnail};
pub use plan::captions::{Captions, Line};
pub use plan::check::{captions, lacking};
pub use plan::claims::{Names, refuse_original};
pub use plan::inputs::{
    FOLDER_FILES, Found, Input, PICTURES_MARK, find, split_at_lines, split_at_nul,
};
pub use plan::names::format_of_name;
pub use plan::order::{Order, Plan, Root, Target};
pub use plan::originals::look_at_originals;
pub use plan::pick::{First, Pick};
pub use plan::raws::{RawSource, Raws};
pub use plan::reading::WrittenPlan;
pub use plan::written::{Head, Order as WriteOrder, write_plan};
pub use plan::{plan, plan_more, plan_none_yet, plan_to_read};
pub use run::company::recall_scenes;
pub use run::existing::Foreseen;
pub use run::joined::{Fate, Fated, Part, joined, parts};
pub use scene::{Assigned, InScene, assign_scenes};
pub use settings::{Batch, Existing, Reading, Settings};
pub use shard::Shard;
pub use stop::Stop;
pub use watch::{Arrivals, Left, News, Ready, Rules, Watched};
