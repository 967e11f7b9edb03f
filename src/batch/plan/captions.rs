//! `captions.csv`: one line a frame, its first column `file`, the others fields and settings.
//!
//! Separated by comma, semicolon or tab, as the first line shows; UTF-8 with or without a byte
//! order mark; quoted fields may hold line breaks. A column named like a setting (`crop`, `dehaze`)
//! sets it for that frame; any other is a field. The column `caption` is a finished text, not a
//! template.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::batch::plan::dates::impossible;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::NAMES;
use crate::recipe::{Recipe, SETTINGS};
use crate::words::slip;

/// A last line that no table has. If it is read as a part of another, a quote is open before it.
const END: &str = "\n\0end of the table\0";

/// A table of captions.
#[derive(Debug, Default)]
pub struct Captions {
    columns: Vec<Column>,
    lines: Vec<Line>,
    by_name: HashMap<String, usize>,
    /// What relative paths in it count from.
    folder: PathBuf,
    /// Whether its lines are of more frames than are developed.
    is_of_more: bool,
}

#[derive(Debug)]
enum Column {
    Setting(&'static str),
    Field(String),
}

/// What a table says about one frame.
#[derive(Debug)]
pub struct Line {
    /// Its line in the file, counted from 1.
    pub number: u64,
    /// The frame, as the table names it.
    pub file: String,
    values: Vec<String>,
}

impl Captions {
    /// Reads a table.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the line: no UTF-8, no column `file`, a column that is nearly a
    /// known one, a line with too many values, a quote that nothing closes, a frame named twice, a
    /// setting out of range.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| not_utf8(bytes))?;
        let text = with_line_feeds(text.strip_prefix('\u{feff}').unwrap_or(text));
        let (named, before, text) = without_delimiter(&text);
        let line_at = |at: Option<&csv::Position>| {
            before + line_at(text, at.map_or(0, |at| at.byte() as usize))
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(named.unwrap_or_else(|| delimiter(text)))
            .flexible(true)
            .from_reader(text.as_bytes().chain(END.as_bytes()));
        let broken = |e: csv::Error| broken(&e, e.position().map(|at| line_at(Some(at))));
        let head = reader.headers().map_err(broken)?.clone();
        refuse_open_quote(&head, 1 + before)?;
        let mut table = Self { columns: columns(&head)?, ..Self::default() };
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let number = line_at(record.position());
            if record == [END.trim_start()][..] {
                break;
            }
            refuse_open_quote(&record, number)?;
            table.add(&record, number)?;
        }
        Ok(table)
    }

    /// The same table, as a file in this folder: paths of logos and fonts count from there.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_path_buf();
        self
    }

    /// The same table, for some of its frames: a line whose frame is not among them is not a mistake.
    #[must_use]
    pub fn for_some_frames(mut self) -> Self {
        self.is_of_more = true;
        self
    }

    /// Whether each of its lines should have a frame.
    #[must_use]
    pub(in crate::batch) fn is_for_all(&self) -> bool {
        !self.is_of_more
    }

    /// The logos that its lines name.
    pub fn logos(&self) -> impl Iterator<Item = PathBuf> {
        let column = self.columns.iter().position(|c| matches!(c, Column::Setting("logo")));
        let values = self.lines.iter().filter_map(move |line| line.values.get(column?));
        let values = values.map(|value| value.trim()).filter(|value| !value.is_empty());
        values.map(|value| self.folder.join(value))
    }

    fn add(&mut self, record: &csv::StringRecord, number: u64) -> Result<()> {
        let wrong =
            |message: String| Error::new(ErrorKind::Usage, format!("line {number}: {message}"));
        if record.iter().all(|value| value.trim().is_empty()) {
            return Ok(());
        }
        let (given, columns) = (record.len(), self.columns.len() + 1);
        if given > columns {
            let surplus = wrong(format!("{given} values for {columns} columns"));
            return Err(surplus.with_hint("text that contains a comma needs quotes around it"));
        }
        let file = record.get(0).unwrap_or_default().trim().to_owned();
        if file.is_empty() {
            return Err(wrong("the column 'file' is empty".to_owned()));
        }
        let values: Vec<String> = record.iter().skip(1).map(str::to_owned).collect();
        let line = Line { number, file, values };
        let line_number = format!("line {number}: ");
        self.apply(&line, &mut Recipe::default()).map_err(|error| error.prefixed(&line_number))?;
        if let Some(error) = self.fields(&line).find_map(|(name, text)| impossible(name, text)) {
            return Err(error.prefixed(&line_number));
        }
        let name = key(&line.file);
        if let Some(&first) = self.by_name.get(&name) {
            let first = self.lines[first].number;
            let file = line.file.escape_debug();
            return Err(wrong(format!("'{file}' is already on line {first}")));
        }
        self.by_name.insert(name, self.lines.len());
        self.lines.push(line);
        Ok(())
    }

    /// The line of a frame: by its path below the input folder, else by its file name.
    #[must_use]
    pub fn find(&self, relative: &Path) -> Option<&Line> {
        let name = relative.file_name().unwrap_or_default();
        let found = self.by_name.get(&key(&relative.to_string_lossy()));
        let found = found.or_else(|| self.by_name.get(&key(&name.to_string_lossy())));
        found.map(|&i| &self.lines[i])
    }

    /// Whether it has a column for a field of this name.
    pub(in crate::batch) fn has_field(&self, name: &str) -> bool {
        self.columns.iter().any(|column| matches!(column, Column::Field(field) if field == name))
    }

    /// All lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Sets in a recipe what a line says of settings; empty values say nothing.
    ///
    /// # Errors
    /// As [`Recipe::set`]; not for a line of a table that was read.
    pub fn apply(&self, line: &Line, recipe: &mut Recipe) -> Result<()> {
        for (column, value) in self.columns.iter().zip(&line.values) {
            if let Column::Setting(name) = column
                && *name != "caption"
                && !value.trim().is_empty()
            {
                recipe.set_in(&self.folder, name, value)?;
                if *name == "scene" {
                    recipe.scene = std::mem::take(&mut recipe.scene).of_line();
                }
            }
        }
        Ok(())
    }

    /// The finished caption of a line, if the table has such a column and the line a text in it.
    #[must_use]
    pub fn caption<'a>(&self, line: &'a Line) -> Option<&'a str> {
        let mut values = self.columns.iter().zip(&line.values);
        values
            .find(|(column, _)| matches!(column, Column::Setting("caption")))
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.trim().is_empty())
    }

    /// The fields of a line that have a value.
    pub fn fields<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.columns.iter().zip(&line.values).filter_map(|(column, value)| match column {
            Column::Field(name) if !value.trim().is_empty() => Some((name.as_str(), value.trim())),
            _ => None,
        })
    }
}

/// A name or path as it is compared: `é` is one letter, however a disk or a spreadsheet writes it, and
/// the slashes of Windows are slashes. Large and small letters differ: two frames may differ in them.
pub(in crate::batch) fn key(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches("./").nfc().collect()
}

fn not_utf8(bytes: &[u8]) -> Error {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let what = if utf16 { "the table is UTF-16" } else { "the table is not UTF-8" };
    Error::new(ErrorKind::Usage, what).with_hint("save it as CSV UTF-8")
}

/// Lines that end with a carriage return alone, as old programs on a Mac write them, end with line feeds.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    match text.contains('\n') {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace('\r', "\n")),
    }
}

fn refuse_open_quote(record: &csv::StringRecord, number: u64) -> Result<()> {
    if !record.iter().any(|value| value.ends_with(END)) {
        return Ok(());
    }
    let message = format!("line {number}: a quote (\") is opened but never closed");
    Err(Error::new(ErrorKind::Usage, message)
        .with_hint("quoted text ends with a quote; a quote inside it is written twice"))
}

/// The delimiter that a first line `sep=;` names, as Excel writes it, how many lines that takes, and the
/// text behind it.
fn without_delimiter(text: &str) -> (Option<u8>, u64, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end_matches('\r').trim_matches('"').to_ascii_lowercase();
    match first.strip_prefix("sep=").map(str::as_bytes) {
        Some(&[delimiter]) => (Some(delimiter), 1, rest),
        _ => (None, 0, text),
    }
}

/// The line, counted from 1, of what begins at this byte or behind line ends there; a line ends with a
/// line feed, a carriage return or both.
fn line_at(text: &str, at: usize) -> u64 {
    let bytes = text.as_bytes();
    let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| ends(b)).count();
    let before = bytes.get(..start).unwrap_or(bytes);
    let both = before.windows(2).filter(|pair| pair == b"\r\n").count();
    1 + (before.iter().filter(|b| ends(b)).count() - both) as u64
}

fn broken(error: &csv::Error, line: Option<u64>) -> Error {
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    Error::new(ErrorKind::Usage, format!("{line}the table cannot be read: {error}"))
}

/// The delimiter that the head line has most of, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(d, _)| *d == byte).for_each(|(_, n)| *n += 1),
        }
    }
    // The first wins a tie: a table of one column is read as comma-separated.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(d, _)| *d)
}

fn columns(head: &csv::StringRecord) -> Result<Vec<Column>> {
    let name = |text: &str| text.trim().to_lowercase().replace(' ', "_");
    if head.get(0).map(name).as_deref() != Some("file") {
        let first = head.get(0).unwrap_or_default().escape_debug().to_string();
        return Err(Error::new(ErrorKind::Usage, format!("the first column is '{first}'"))
            .with_hint("the first column of a captions table has to be 'file'"));
    }
    let mut columns: Vec<Column> = Vec::new();
    for text in head.iter().skip(1) {
        let name = name(text);
        let column = column(&name)?;
        let label = |column: &Column| match column {
            Column::Setting(name) => (*name).to_owned(),
            Column::Field(name) => name.clone(),
        };
        if !name.is_empty() && columns.iter().any(|other| label(other) == label(&column)) {
            let message = format!("there are two columns '{}'", name.escape_debug());
            return Err(Error::new(ErrorKind::Usage, message));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column(name: &str) -> Result<Column> {
    if let Some(setting) =
        SETTINGS.iter().find(|s| s.name.replace('-', "_") == name.replace('-', "_"))
    {
        return Ok(Column::Setting(setting.name));
    }
    if NAMES.contains(&name) {
        return Ok(Column::Field(name.to_owned()));
    }
    // One letter off is a typing error; any other name is a field of the user's own.
    let known = SETTINGS.iter().map(|s| s.name).chain(NAMES);
    match slip(name, known) {
        Some(near) => Err(Error::new(
            ErrorKind::Usage,
            format!("there is no column '{}'", name.escape_debug()),
        )
        .with_hint(format!("did you mean '{near}'? If not, give the field another name"))),
        None => Ok(Column::Field(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str, file: &str) -> Vec<(String, String)> {
        let table = Captions::parse(text.as_bytes()).unwrap();
        let line = table.find(Path::new(file)).expect("a line for the frame");
        table.fields(line).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    #[test]
    fn all_ways_to_write_a_table_say_the_same() {
        let right = [("city", "Tumen; \"old\" town\nriver"), ("country", "China")];
        let right: Vec<_> = right.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        for (bom, end, d) in [("", "\n", ","), ("\u{feff}", "\r\n", ";"), ("", "\r\n", "\t")] {
            let text = format!(
                "{bom}file{d}City{d}country{end}a.jpg{d}\"Tumen; \"\"old\"\" town\nriver\"{d}China{end}"
            );
            assert_eq!(fields(&text, "a.jpg"), right, "{text:?}");
        }
    }

    #[test]
    fn a_first_line_can_name_the_delimiter() {
        for text in
            ["sep=;\nfile;city\na.jpg;B, C\n", "\u{feff}\"sep=|\"\r\nfile|city\r\na.jpg|B, C\r\n"]
        {
            assert_eq!(fields(text, "a.jpg"), [("city".to_owned(), "B, C".to_owned())], "{text:?}");
        }
    }

    #[test]
    fn a_path_is_found_before_a_name() {
        let text = "file,city\nsame.jpg,A\none/same.jpg,B\n";
        assert_eq!(fields(text, "one/same.jpg")[0].1, "B");
        assert_eq!(fields(text, "two/same.jpg")[0].1, "A");
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, message) in [
            ("name,city\na.jpg,B\n", "the first column is 'name'"),
            ("file,citty\na.jpg,B\n", "there is no column 'citty'"),
            ("file,city\na.jpg,B\nb.jpg,C\na.jpg,D\n", "line 4: 'a.jpg' is already on line 2"),
            ("file,city\na.jpg,B,C\n", "line 2: 3 values for 2 columns"),
            ("file,crop\na.jpg,nonsense\n", "line 2: crop: 'nonsense' is not a crop"),
            ("file,city,City\n", "there are two columns 'city'"),
            ("file,city\ra.jpg,B\ra.jpg,D", "line 3: 'a.jpg' is already on line 2"),
            (
                "file,city\r\na.jpg,B\r\n\r\nb.jpg,C\r\na.jpg,D\r\n",
                "line 5: 'a.jpg' is already on line 2",
            ),
            ("file,city\r\na.jpg,\"B\r\nC\"\r\nb.jpg,C,D\r\n", "line 4: 3 values for 2 columns"),
            ("sep=;\r\nfile;city\r\na.jpg;B\r\na.jpg;D", "line 4: 'a.jpg' is already on line 3"),
            (
                "file,city\na.jpg,\"two\nlines\"\nb.jpg,\"C\nc.jpg,D\n",
                "line 4: a quote (\") is opened but never closed",
            ),
            ("file,\"city\na.jpg,B\n", "line 1: a quote (\") is opened but never closed"),
        ] {
            assert_eq!(Captions::parse(text.as_bytes()).unwrap_err().message(), message);
        }
        assert!(Captions::parse(b"\xff\xfef\0i\0").unwrap_err().message().contains("UTF-16"));
    }

    #[test]
    fn ten_thousand_lines_are_read_and_found() {
        let mut text = String::from("file,city\n");
        (0..10_000).for_each(|i| text.push_str(&format!("{i:05}.jpg,city {i}\n")));
        assert_eq!(fields(&text, "09999.jpg")[0].1, "city 9999");
    }
}
