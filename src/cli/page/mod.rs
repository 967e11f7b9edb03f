//! The page of a run (`--report`): one HTML file that shows every frame before and after, what was chosen for
//! it and what went wrong. It loads nothing from elsewhere, so that it still works from a memory stick in ten
//! years.
//!
//! A few pictures are embedded in the page; more are in a folder beside it. Texts and file names go through
//! `html::text`, and a Content-Security-Policy allows no script but the page's own.

mod card;
mod html;
mod place;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::{counts, text};
use crate::batch::{Outcome, Stop, Summary, Sync, prepare_folder, write_whole};
use crate::error::{Error, Result};
use crate::recipe::{Recipe, SETTINGS};
use card::Card;
use html::{Link, quoted};
pub(super) use place::Place;

/// Bytes of pictures that the page holds itself; with more of them it would open slowly.
const HELD_BYTES: usize = 4_000_000;

/// The page in the making.
pub(super) struct Page {
    place: Place,
    /// Where outputs go.
    out: PathBuf,
    recipe: Recipe,
    cards: Vec<Card>,
    /// Cards so far, those that are gone included.
    count: usize,
    /// Failures that are of no frame: folders that cannot be read.
    others: Vec<Error>,
    held_bytes: usize,
    begun: jiff::Zoned,
    fault: Option<Error>,
}

impl Page {
    /// The page that the flags ask for, if they do.
    ///
    /// # Errors
    /// If something else has its name.
    pub(super) fn ordered(order: &ArgMatches, out: &Path, recipe: &Recipe) -> Result<Option<Self>> {
        let Some(path) = order.get_one::<PathBuf>("report") else { return Ok(None) };
        Ok(Some(Self {
            place: Place::of(path)?,
            out: out.to_path_buf(),
            recipe: recipe.clone(),
            cards: Vec::new(),
            count: 0,
            others: Vec::new(),
            held_bytes: 0,
            begun: jiff::Zoned::now(),
            fault: None,
        }))
    }

    /// Makes the folder of the page, so that a run does not end without one.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub(super) fn prepare(&self) -> Result<()> {
        match self.place.file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => prepare_folder(folder),
            None => prepare_folder(Path::new(".")),
        }
    }

    /// A folder or link that could not be read.
    pub(super) fn failure(&mut self, error: &Error) {
        self.others.push(error.clone());
    }

    /// Forgets what became of frames that are developed once more.
    pub(super) fn forgive(&mut self, inputs: &HashSet<&Path>) {
        let is_left = |error: &Error| error.path().is_none_or(|path| !inputs.contains(path));
        self.others.retain(is_left);
        let (gone, left): (Vec<_>, Vec<_>) =
            self.cards.drain(..).partition(|card| inputs.contains(card.input.as_path()));
        self.cards = left;
        for card in gone {
            self.held_bytes = self.held_bytes.saturating_sub(card.held_bytes());
            card.remove_pictures(&self.place);
        }
    }

    /// Takes down how a frame ended.
    pub(super) fn frame(&mut self, outcome: &Outcome) {
        self.count += 1;
        let card = Card::of(outcome, self.count);
        self.held_bytes += card.held_bytes();
        self.cards.push(card);
        if self.held_bytes > HELD_BYTES && self.fault.is_none() {
            self.fault = self.put_aside().err();
        }
    }

    /// Writes the pictures that are held into the folder beside the page.
    fn put_aside(&mut self) -> Result<()> {
        let folder = self.place.pictures()?;
        for card in &mut self.cards {
            card.put_aside(&folder)?;
        }
        self.held_bytes = HELD_BYTES;
        Ok(())
    }

    /// Writes the page; where it is.
    ///
    /// # Errors
    /// If it, or a picture of it, cannot be written.
    pub(super) fn end(mut self, summary: &Summary) -> Result<PathBuf> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.cards.sort_by_key(|card| card.sequence);
        self.shorten_names();
        self.prepare()?;
        let file = self.place.file.clone();
        let page = self.html(summary);
        write_whole(&file, page.as_bytes(), Sync::Lazy, &Stop::default())?;
        Ok(file)
    }

    /// Calls frames by what differs: the folder that all lie in is nobody else's business.
    fn shorten_names(&mut self) {
        let folders = self.cards.iter().map(|card| card.input.parent().unwrap_or(Path::new("")));
        let common = folders.map(Path::to_path_buf).reduce(|common, folder| {
            let both = common.components().zip(folder.components());
            both.take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
        });
        for card in &mut self.cards {
            let common = common.as_deref().unwrap_or(Path::new(""));
            let short = card.input.strip_prefix(common).unwrap_or(&card.input);
            card.name = text::path(short);
            if let Some(edition) = &card.edition {
                card.name.push_str(&format!(" · {edition}"));
            }
        }
    }

    fn html(&self, summary: &Summary) -> String {
        let nonce = html::nonce();
        let link = Link::from(&self.place.file);
        let several = self.cards.iter().any(|card| card.edition.is_some());
        let title = match (several, summary.done) {
            (false, done) => format!("{} developed", counts::frames_of(done)),
            (true, 1) => "1 output developed".to_owned(),
            (true, done) => format!("{done} outputs developed"),
        };
        let mut page = String::with_capacity(self.held_bytes * 3 / 2 + self.cards.len() * 2000);
        page.push_str(&format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             {mark}\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             img-src 'self' file: data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
             base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title} – longlens</title>\n\
             <style nonce=\"{nonce}\">\n{style}</style>\n</head>\n<body>\n",
            mark = place::MARK,
            style = include_str!("page.css"),
        ));
        self.head(&mut page, &title, several, summary);
        self.failures(&mut page);
        self.filters(&mut page);
        page.push_str("<main id=\"frames\">\n");
        for card in &self.cards {
            card.html(&link, &mut page);
        }
        page.push_str(
            "</main>\n<p id=\"none\" hidden>No frame matches.</p>\n\
             <a id=\"back\" href=\"#filters\" hidden>Filters</a>\n",
        );
        page.push_str(&format!(
            "<footer>longlens {} · the originals were not changed</footer>\n\
             <script nonce=\"{nonce}\">\n{}</script>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION"),
            include_str!("page.js"),
        ));
        page
    }

    fn head(&self, page: &mut String, title: &str, several: bool, summary: &Summary) {
        let when = self.begun.strftime("%-d %B %Y, %H:%M");
        page.push_str(&format!(
            "<header>\n<p class=\"kicker\">{when} · into {}</p>\n<h1>{title}</h1>\n<ul class=\"sums\">\n",
            html::text(&text::path(&self.out)),
        ));
        let mut sum = |count: usize, what: &str, tone: &str| {
            if count > 0 {
                page.push_str(&format!("<li class=\"{tone}\"><b>{count}</b> {what}</li>\n"));
            }
        };
        let with_warnings = self.cards.iter().filter(|card| !card.warnings.is_empty()).count();
        let without_position = self.cards.iter().filter(|card| card.lost_position).count();
        sum(summary.failed + self.others.len(), "failed", "bad");
        sum(with_warnings, "with warnings", "warn");
        sum(summary.up_to_date, "up to date", "");
        sum(summary.skipped, "skipped: the output exists", "");
        sum(summary.not_delivered, "not delivered: the output name is taken", "warn");
        sum(summary.unbegun, "not reached", "bad");
        sum(without_position, "had their position removed", "");
        let seconds = summary.took.as_secs_f64();
        page.push_str(&format!("<li>{}</li>\n", html::text(&duration(seconds))));
        if summary.done > 1 {
            let rate = summary.done as f64 / seconds.max(1e-3);
            let what = if several { "outputs" } else { "frames" };
            page.push_str(&format!("<li>{rate:.1} {what} per second</li>\n"));
        }
        page.push_str("</ul>\n");
        for warning in &summary.warnings {
            let warning = html::text(&text::clean(&warning.to_string()));
            page.push_str(&format!("<p class=\"warning\">{warning}</p>\n"));
        }
        self.settings(page);
        page.push_str("</header>\n");
    }

    /// The settings, those that are not the default first.
    fn settings(&self, page: &mut String) {
        let defaults = Recipe::default();
        let row = |name: &str| {
            let value = self.recipe.get(name).unwrap_or_default();
            let shown = if value.is_empty() { "none".to_owned() } else { text::clean(&value) };
            format!("<dt>{name}</dt><dd>{}</dd>\n", html::text(&shown))
        };
        let is_set = |name: &str| self.recipe.get(name) != defaults.get(name);
        let (set, left): (Vec<_>, Vec<_>) =
            SETTINGS.iter().map(|setting| setting.name).partition(|name| is_set(name));
        page.push_str("<details class=\"settings\"><summary>Settings");
        match set.len() {
            0 => page.push_str(": all at their defaults"),
            1 => page.push_str(": 1 differs from the default"),
            count => page.push_str(&format!(": {count} differ from the defaults")),
        }
        page.push_str("</summary>\n");
        for (names, tone) in [(set, "set"), (left, "left")] {
            if !names.is_empty() {
                page.push_str(&format!("<dl class=\"{tone}\">\n"));
                names.into_iter().for_each(|name| page.push_str(&row(name)));
                page.push_str("</dl>\n");
            }
        }
        page.push_str(
            "<p class=\"note\">A captions table may change them for single frames.</p></details>\n",
        );
    }

    fn failures(&self, page: &mut String) {
        let of_frames = self.cards.iter().filter_map(|card| {
            let (why, hint) = card.failure()?;
            Some((card.name.clone(), why.to_owned(), hint.map(str::to_owned)))
        });
        let others = self.others.iter().map(|error| {
            let name = error.path().map(text::path).unwrap_or_default();
            (name, text::clean(error.message()), text::hint(error).map(text::clean))
        });
        let all: Vec<_> = others.chain(of_frames).collect();
        if all.is_empty() {
            return;
        }
        page.push_str("<section class=\"failures\"><h2>Failed</h2>\n<ul>\n");
        for (name, why, hint) in all {
            let hint = hint.map_or_else(String::new, |hint| {
                format!(" <span class=\"note\">{}</span>", html::text(&hint))
            });
            page.push_str(&format!(
                "<li><b>{}</b> {}{hint}</li>\n",
                html::text(&name),
                html::text(&why)
            ));
        }
        page.push_str("</ul></section>\n");
    }

    fn filters(&self, page: &mut String) {
        let mut scenes: Vec<&str> = self.cards.iter().filter_map(Card::scene).collect();
        scenes.dedup();
        scenes.sort_unstable();
        scenes.dedup();
        page.push_str(
            "<form id=\"filters\" hidden role=\"search\" aria-label=\"Frames to show\">\n\
             <label>Find <input type=\"search\" name=\"find\" placeholder=\"name, caption, warning\"></label>\n\
             <label>Show <select name=\"show\"><option value=\"\">all frames</option>\
             <option value=\"warned\">with warnings</option><option value=\"failed\">failed</option>\
             <option value=\"position\">position removed</option>\
             <option value=\"done\">developed in this run</option></select></label>\n\
             <span class=\"range\">\
             <label>Dehaze from <input type=\"number\" name=\"from\" min=\"-100\" max=\"100\" step=\"5\"></label>\n\
             <label>to <input type=\"number\" name=\"to\" min=\"-100\" max=\"100\" step=\"5\"></label></span>\n",
        );
        if !scenes.is_empty() {
            page.push_str("<label>Scene <select name=\"scene\"><option value=\"\">any</option>\n");
            for scene in scenes {
                let (value, shown) = (quoted(scene), html::text(scene));
                page.push_str(&format!("<option value={value}>{shown}</option>\n"));
            }
            page.push_str("</select></label>\n");
        }
        page.push_str("<output id=\"count\" aria-live=\"polite\"></output>\n</form>\n");
    }
}

/// `42.3 s`, `12 min 5 s`.
fn duration(seconds: f64) -> String {
    match seconds as u64 {
        0..60 => format!("{seconds:.1} s"),
        whole @ 60..3600 if whole % 60 == 0 => format!("{} min", whole / 60),
        whole @ 60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        whole => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}
