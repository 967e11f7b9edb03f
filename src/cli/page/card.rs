//! One frame on the report page: before and after, what was chosen, warnings.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::{details, text};
use super::html::{self, Link, quoted};
use super::place::{Pictures, Place};
use crate::batch::{Done, Outcome, Status, Thumbnail};
use crate::error::{ErrorKind, Result};
use crate::frame::Size;
use crate::metadata::Removed;
use crate::stage::dehaze::Amount;

/// A frame as the page has it; texts are free of hidden characters, but not yet of HTML.
pub(super) struct Card {
    /// Of its pictures.
    number: usize,
    pub(super) sequence: u32,
    /// The original, and how it is called on the page.
    pub(super) input: PathBuf,
    pub(super) name: String,
    /// Which of several outputs of its frame it is.
    pub(super) edition: Option<String>,
    output: PathBuf,
    pub(super) warnings: Vec<String>,
    pub(super) lost_position: bool,
    scene: Option<(String, String)>,
    ended: Ended,
}

enum Ended {
    Developed(Box<Developed>),
    /// The output is what was made before.
    Kept(&'static str),
    NotReached,
    Failed {
        why: String,
        hint: Option<String>,
    },
}

struct Developed {
    /// Before and after, and a far part of both.
    pair: Option<[Image; 2]>,
    far: Option<[Image; 2]>,
    caption: String,
    amount: Option<f32>,
    facts: Vec<String>,
    removed: String,
}

/// A picture of the page.
struct Image {
    size: Size,
    is: Is,
}

enum Is {
    Held(Vec<u8>),
    /// Beside the page.
    File(PathBuf),
}

impl Card {
    /// The card of a frame; no other has its number.
    pub(super) fn of(outcome: &Outcome, number: usize) -> Self {
        let job = &outcome.job;
        let clean = |text: &str| text::clean(text);
        let ended = match &outcome.result {
            Ok(Status::Done(done)) => Ended::Developed(Box::new(developed(outcome, done))),
            Ok(Status::UpToDate) => Ended::Kept("up to date"),
            Ok(Status::Skipped) => Ended::Kept("skipped: the output exists"),
            Ok(Status::NotDelivered) => Ended::Kept("not delivered: the output name is taken"),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ended::NotReached,
            Err(error) => Ended::Failed {
                why: clean(error.message()),
                hint: text::hint(error).map(text::clean),
            },
        };
        let lost_position = matches!(&outcome.result, Ok(Status::Done(done)) if done.had_position
            && done.removed.iter().any(|what| matches!(what, Removed::Position | Removed::AllElse)));
        Self {
            number,
            sequence: job.sequence,
            input: job.input.clone(),
            name: text::path(&job.input),
            edition: job.edition.as_deref().map(text::clean),
            output: job.output.clone(),
            warnings: outcome.warnings.iter().map(|warning| clean(&warning.to_string())).collect(),
            lost_position,
            scene: job.scene.as_ref().map(|scene| (clean(&scene.scene), clean(&scene.why))),
            ended,
        }
    }

    pub(super) fn scene(&self) -> Option<&str> {
        self.scene.as_ref().map(|(name, _)| name.as_str())
    }

    /// Why it failed, and what to do about it.
    pub(super) fn failure(&self) -> Option<(&str, Option<&str>)> {
        match &self.ended {
            Ended::Failed { why, hint } => Some((why, hint.as_deref())),
            _ => None,
        }
    }

    fn images(&self) -> impl Iterator<Item = &Image> {
        let developed = match &self.ended {
            Ended::Developed(developed) => Some(developed),
            _ => None,
        };
        developed.into_iter().flat_map(|d| d.pair.iter().chain(&d.far).flatten())
    }

    pub(super) fn held_bytes(&self) -> usize {
        let held = self.images().map(|image| match &image.is {
            Is::Held(bytes) => bytes.len(),
            Is::File(_) => 0,
        });
        held.sum()
    }

    /// Removes its pictures beside the page, as far as that can be done: nothing refers to them.
    pub(super) fn remove_pictures(&self, place: &Place) {
        for image in self.images() {
            if let Is::File(path) = &image.is {
                let _ = fs::remove_file(place.file.with_file_name(path));
            }
        }
    }

    /// Writes the pictures that it holds beside the page.
    ///
    /// # Errors
    /// If one cannot be written.
    pub(super) fn put_aside(&mut self, folder: &Pictures) -> Result<()> {
        let Ended::Developed(developed) = &mut self.ended else { return Ok(()) };
        let pairs = [(&mut developed.pair, ""), (&mut developed.far, "-far")];
        for (pair, what) in pairs {
            for (image, when) in pair.iter_mut().flatten().zip(["before", "after"]) {
                if let Is::Held(bytes) = &image.is {
                    let name = format!("{:05}{what}-{when}.jpg", self.number);
                    image.is = Is::File(folder.put(&name, bytes)?);
                }
            }
        }
        Ok(())
    }

    pub(super) fn html(&self, link: &Link, page: &mut String) {
        let status = match &self.ended {
            Ended::Developed(_) => "done",
            Ended::Kept(_) => "kept",
            Ended::NotReached => "left",
            Ended::Failed { .. } => "failed",
        };
        page.push_str(&format!("<article data-status=\"{status}\""));
        if let Some(scene) = self.scene() {
            page.push_str(&format!(" data-scene={}", quoted(scene)));
        }
        if !self.warnings.is_empty() {
            page.push_str(" data-warned");
        }
        if self.lost_position {
            page.push_str(" data-position");
        }
        if let Ended::Developed(developed) = &self.ended
            && let Some(amount) = developed.amount
        {
            page.push_str(&format!(" data-amount=\"{amount:.0}\""));
        }
        page.push_str(">\n");
        let url = link.to(&self.output);
        if let Ended::Developed(developed) = &self.ended
            && let Some(images) = &developed.pair
        {
            pair(images, &self.name, "", page);
        } else if matches!(self.ended, Ended::Kept(_)) && is_shown(&self.output) {
            page.push_str(&format!(
                "<div class=\"pair one\"><img src={} loading=\"lazy\" alt=\"\"></div>\n",
                quoted(&url)
            ));
        }
        self.words(&url, page);
        page.push_str("</article>\n");
    }

    fn words(&self, url: &str, page: &mut String) {
        let name = html::text(&self.name);
        page.push_str("<div class=\"words\">\n");
        match &self.ended {
            Ended::Developed(_) | Ended::Kept(_) => page.push_str(&format!(
                "<h3><a href={} title=\"Open the output\">{name}</a></h3>\n",
                quoted(url)
            )),
            Ended::NotReached | Ended::Failed { .. } => {
                page.push_str(&format!("<h3>{name}</h3>\n"));
            }
        }
        match &self.ended {
            Ended::Developed(developed) => developed.words(&self.name, page),
            Ended::Kept(why) => page.push_str(&format!("<p class=\"facts\">{why}</p>\n")),
            Ended::NotReached => page.push_str("<p class=\"facts\">not reached</p>\n"),
            Ended::Failed { why, hint } => {
                page.push_str(&format!("<p class=\"bad\">{}</p>\n", html::text(why)));
                if let Some(hint) = hint {
                    page.push_str(&format!("<p class=\"note\">{}</p>\n", html::text(hint)));
                }
            }
        }
        for warning in &self.warnings {
            page.push_str(&format!("<p class=\"warning\">{}</p>\n", html::text(warning)));
        }
        if let Some((scene, why)) = &self.scene {
            let (scene, why) = (html::text(scene), html::text(why));
            page.push_str(&format!("<p class=\"note\">Scene “{scene}”: {why}</p>\n"));
        }
        page.push_str("</div>\n");
    }
}

impl Developed {
    fn words(&self, name: &str, page: &mut String) {
        for fact in &self.facts {
            page.push_str(&format!("<p class=\"facts\">{}</p>\n", html::text(fact)));
        }
        if !self.caption.is_empty() {
            let caption = html::text(&self.caption);
            page.push_str(&format!("<blockquote dir=\"auto\">{caption}</blockquote>\n"));
        }
        if !self.removed.is_empty() {
            let removed = html::text(&self.removed);
            page.push_str(&format!("<p class=\"note\">Removed from the metadata: {removed}</p>\n"));
        }
        if let Some(images) = &self.far {
            page.push_str("<details><summary>Far part at 100 %</summary>\n");
            pair(images, name, " far", page);
            page.push_str("</details>\n");
        }
    }
}

fn developed(outcome: &Outcome, done: &Done) -> Developed {
    let image = |thumbnail: &Thumbnail| Image {
        size: thumbnail.size,
        is: Is::Held(thumbnail.bytes.clone()),
    };
    let shown = done.shown.as_deref();
    let mut facts = Vec::new();
    let mut amount = None;
    if let Some(found) = &done.surveyed {
        let dehaze = outcome.job.recipe.dehaze.amount;
        let found_amount = Amount::of_strength(dehaze.strength(found.haze.auto_strength));
        let by = match (dehaze == Amount::Auto, &outcome.job.scene) {
            (true, None) => " (auto)",
            (true, Some(_)) => " (auto, shared by its scene)",
            (false, _) => "",
        };
        facts.push(format!("Dehaze {found_amount:.0}{by}: {}", found.haze));
        amount = Some(found_amount);
    }
    facts.extend(details::turned(outcome, done));
    let Size { width, height } = done.size;
    let mut size = format!("{width} × {height} px, {}", text::bytes(done.bytes));
    if let Some(fitted) = done.fitted {
        size.push_str(&format!(", quality {}", fitted.quality));
    }
    facts.push(size);
    let removed: Vec<_> = done.removed.iter().map(ToString::to_string).collect();
    let lines = shown.map(|shown| shown.caption.lines().map(text::clean).collect::<Vec<_>>());
    Developed {
        pair: shown.map(|shown| [image(&shown.before), image(&shown.after)]),
        far: shown.and_then(|shown| shown.far.as_ref()).map(|far| far.each_ref().map(image)),
        caption: lines.unwrap_or_default().join("\n"),
        amount,
        facts,
        removed: removed.join(", "),
    }
}

/// Two pictures over each other, with the slider between them.
fn pair([before, after]: &[Image; 2], name: &str, kind: &str, page: &mut String) {
    page.push_str(&format!("<div class=\"pair{kind}\">"));
    after.html("after", page);
    before.html("before", page);
    let label = quoted(&format!("{name}: how much is shown as it was before"));
    page.push_str(&format!(
        "<span class=\"tag left\">before</span><span class=\"tag right\">after</span>\
         <span class=\"line\"></span>\
         <input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label={label}></div>\n"
    ));
}

impl Image {
    fn html(&self, when: &str, page: &mut String) {
        let Size { width, height } = self.size;
        page.push_str(&format!(
            "<img class=\"{when}\" alt=\"{when}\" loading=\"lazy\" decoding=\"async\" \
             width=\"{width}\" height=\"{height}\" src=\""
        ));
        match &self.is {
            Is::Held(bytes) => {
                page.push_str("data:image/jpeg;base64,");
                html::base64(bytes, page);
            }
            Is::File(path) => page.push_str(&html::path(path)),
        }
        page.push_str("\">");
    }
}

/// Whether browsers show this kind of file.
fn is_shown(output: &Path) -> bool {
    let ending = output.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["jpg", "jpeg", "png", "webp"].iter().any(|shown| ending.eq_ignore_ascii_case(shown))
}
