//! `--set`: which fields it names, and whether anything uses them.

use crate::batch::job::{Caption, Job};
use crate::batch::plan::dates::impossible;
use crate::batch::plan::order::Order;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::NAMES;
use crate::words::{folded, near};

/// Before the name of a field that nothing else knows.
const DECLARED: &str = "x:";

/// The field that a name in `--set` means: `City` and `byline-title` are fields that longlens knows.
pub(super) fn field(name: &str) -> &str {
    let name = name.strip_prefix(DECLARED).unwrap_or(name);
    NAMES.into_iter().find(|known| folded(known) == folded(name)).unwrap_or(name)
}

/// Refuses dates and times that there are not.
pub(super) fn refuse_impossible(order: &Order) -> Result<()> {
    let mut given = order.set.iter();
    let found = given.find_map(|(name, text)| impossible(field(name), text));
    found.map_or(Ok(()), |error| Err(error.prefixed("--set: ")))
}

/// Refuses a field that is nowhere used: neither known, nor a column, nor in a template.
pub(super) fn refuse_unused(order: &Order, jobs: &[Job]) -> Result<()> {
    let tables = || order.roots.iter().filter_map(|root| root.captions);
    let in_template = |job: &Job, name: &str| {
        let captioned = matches!(&job.caption, Caption::Template(t) if t.asks_for(name));
        captioned || job.recipe.output.name.contains(name)
    };
    for (name, _) in order.set.iter().filter(|(name, _)| !name.starts_with(DECLARED)) {
        let name = field(name);
        let known = NAMES.contains(&name) || tables().any(|table| table.has_field(name));
        if known || jobs.iter().any(|job| in_template(job, name)) {
            continue;
        }
        let shown = name.escape_debug();
        let meant = near(name, NAMES).map(|near| format!("did you mean '{near}'? "));
        let message =
            format!("--set: there is no field '{shown}', and no caption or name uses one");
        let hint =
            format!("{}write --set x:{shown}=… for a field of your own", meant.unwrap_or_default());
        return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
    }
    Ok(())
}
