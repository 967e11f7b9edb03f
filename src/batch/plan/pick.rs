//! Which of the frames are developed, and which of them first.
//!
//! A frame keeps its name and its number whichever others are picked. A frame whose fields cannot be read is
//! picked, so that the reason is reported.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::PathBuf;

use crate::batch::fields::read_fields;
use crate::batch::job::Job;
use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::order::{Plan, Root};
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::{Fields, NAMES};
use crate::template::Condition;
use crate::words::{named, near};

/// Which frames come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The best: by rating, unrated ones behind those with a star, rejected ones last.
    Rating,
    /// The earliest, by date and time of the frame.
    Time,
    /// As the lines of the table.
    Table,
}
named!(First, "an order", Rating = "rating" | "best", Time = "time" | "date", Table = "table");

/// A choice of frames.
#[derive(Debug, Default)]
pub struct Pick {
    /// Only frames that meet it.
    pub condition: Option<Condition>,
    /// Only frames that have a line in their table.
    pub only_table: bool,
    /// The order of work; else as found.
    pub first: Option<First>,
    /// Whether there may be none: more frames may come.
    pub may_be_none: bool,
}

impl Pick {
    /// Leaves out frames without a line in their table, before they are planned.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if there is no table, or no frame has a line.
    pub fn narrow(&self, found: &mut Found, roots: &[Root]) -> Result<()> {
        let needs_table = self.only_table || self.first == Some(First::Table);
        if needs_table && roots.iter().all(|root| root.captions.is_none()) {
            let error = Error::new(ErrorKind::Usage, "there is no captions table");
            return Err(error.with_hint("name one with --captions"));
        }
        if self.only_table && !found.inputs.is_empty() {
            found.inputs.retain(|input| line_number(input, roots).is_some());
            if found.inputs.is_empty() && !self.may_be_none {
                return Err(nothing("the table names none of the frames"));
            }
        }
        Ok(())
    }

    /// Leaves out frames that do not meet the condition, and puts the others in order.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the condition asks for a field that nobody has, cannot be answered, or if no
    /// frame meets it.
    pub fn choose(&self, plan: &mut Plan, found: &Found, roots: &[Root]) -> Result<()> {
        if let Some(condition) = &self.condition {
            refuse_unknown(condition, &plan.jobs, roots)?;
            self.keep(condition, plan)?;
        }
        match self.first {
            None => {}
            Some(First::Table) => {
                let lines: HashMap<&PathBuf, u64> = (found.inputs.iter())
                    .filter_map(|input| Some((&input.path, line_number(input, roots)?)))
                    .collect();
                plan.jobs.sort_by_key(|job| lines.get(&job.input).copied().unwrap_or(u64::MAX));
            }
            Some(First::Rating) => {
                plan.jobs.sort_by_cached_key(|job| Reverse(fields_of(job).map(|f| rating(&f))));
            }
            Some(First::Time) => {
                plan.jobs.sort_by_cached_key(|job| {
                    let moment = fields_of(job).and_then(|fields| moment(&fields));
                    (moment.is_none(), moment)
                });
            }
        }
        Ok(())
    }

    fn keep(&self, condition: &Condition, plan: &mut Plan) -> Result<()> {
        let count = Job::frames(&plan.jobs);
        let mut kept = Vec::with_capacity(plan.jobs.len());
        for job in plan.jobs.drain(..) {
            let meets = match fields_of(&job) {
                Some(fields) => condition.holds(&fields).map_err(|e| e.about(&job.input))?,
                None => true,
            };
            if meets {
                kept.push(job);
            }
        }
        plan.jobs = kept;
        match plan.jobs.is_empty() && count > 0 && !self.may_be_none {
            true => Err(nothing(&format!("none of the {count} frames meets the condition"))),
            false => Ok(()),
        }
    }
}

fn nothing(why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{why}; nothing was written"))
        .with_hint("'longlens fields' lists the fields of each frame")
}

/// The line of a frame in its table.
fn line_number(input: &Input, roots: &[Root]) -> Option<u64> {
    let table = roots.get(input.root)?.captions?;
    table.find(&input.relative).map(|line| line.number)
}

fn fields_of(job: &Job) -> Option<Fields> {
    read_fields(job).ok().map(|(fields, _)| fields)
}

fn rating(fields: &Fields) -> i32 {
    let stars = fields.get("rating").and_then(|text| text.trim().parse::<f32>().ok());
    stars.map_or(0, |stars| stars.round() as i32)
}

fn moment(fields: &Fields) -> Option<String> {
    let date = fields.get("date")?;
    Some(format!("{date} {}", fields.get("time").unwrap_or_default()))
}

fn refuse_unknown(condition: &Condition, jobs: &[Job], roots: &[Root]) -> Result<()> {
    let in_tables = |name: &str| {
        roots.iter().filter_map(|root| root.captions).any(|table| table.has_field(name))
    };
    let is_set = |name: &str| {
        jobs.first().is_some_and(|job| job.fields.set.iter().any(|(set, _)| set == name))
    };
    for name in condition.unknown_names() {
        if in_tables(&name) || is_set(&name) {
            continue;
        }
        let error = Error::new(ErrorKind::Usage, format!("there is no field '{name}'"));
        return Err(match near(&name, NAMES) {
            Some(near) => error.with_hint(format!("did you mean '{near}'?")),
            None => error.with_hint("'longlens fields' lists the fields of your frames"),
        });
    }
    Ok(())
}
