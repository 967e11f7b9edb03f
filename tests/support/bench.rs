//! The bench: a folder of its own for each test, small frames, the program with its outcome.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use image::{ImageBuffer, ImageFormat, Rgb};
use longlens::format::{Encoding, Format, Threads, encode};
use longlens::frame::{Frame, Pixels};
use longlens::metadata::Blocks;

use super::noise;

/// A folder that is gone when the test is over.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; -1 after a signal.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        // What holds for every run whatsoever.
        for word in
            ["panicked", "backtrace", "fault of longlens", "internal error", "memory allocation"]
        {
            assert!(!ran.err.contains(word), "{ran:?}");
        }
        assert!(!matches!(ran.code, 101 | 134 | 139), "{ran:?}");
        for c in ran.err.chars().chain(ran.out.chars()) {
            assert!(c == '\n' || !c.is_control(), "a control byte reaches the terminal: {ran:?}");
        }
        ran
    }

    /// The run ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Standard error has this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "'{text}' is not in {self:?}");
        self
    }

    /// One message on standard error has all of these: a word that tells its kind, and the names and
    /// numbers in it. How it is worded is checked by `tests/golden/messages.txt`.
    #[track_caller]
    pub(crate) fn tells(self, all: &[&str]) -> Self {
        assert!(tells(&self.err, all), "no message has all of {all:?}: {self:?}");
        self
    }
}

/// One message of a text has all of these. A message is a line and the hint below it.
pub(crate) fn tells(text: &str, all: &[&str]) -> bool {
    let text = text.replace("\n  hint:", " hint:");
    text.lines().any(|message| all.iter().all(|part| message.contains(part)))
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders that it needs.
    pub(crate) fn put(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// So many frames `in/000.jpg`, each another picture.
    pub(crate) fn frames(&self, count: u32, width: u32) {
        for i in 0..count {
            self.put(format!("in/{i:03}.jpg"), &jpeg(width, width * 2 / 3, i));
        }
    }

    /// The program in this folder.
    pub(crate) fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_longlens"));
        program.current_dir(self.folder.path()).stdin(Stdio::null());
        program
    }

    /// The program with these arguments in this folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.program().args(arguments).output().unwrap())
    }

    /// Develops `in` to `out` with neither dehazing nor sharpening.
    pub(crate) fn deliver(&self, further: &[&str]) -> Ran {
        let plain = ["develop", "in", "-o", "out", "--dehaze", "off", "--sharpen", "off"];
        self.run(&[&plain, further].concat())
    }

    /// The bytes of a file in `out`.
    pub(crate) fn out(&self, name: &str) -> Vec<u8> {
        self.out_of("out", name)
    }

    /// The bytes of a file in another output folder.
    pub(crate) fn out_of(&self, folder: &str, name: &str) -> Vec<u8> {
        fs::read(self.path(folder).join(name)).unwrap()
    }

    /// `longlens develop` with these words behind it.
    pub(crate) fn develop(&self, words: &str) -> Ran {
        let words = words.split_whitespace();
        Ran::of(self.program().arg("develop").args(words).output().unwrap())
    }

    /// The program under a shell's limits, `ulimit -f 8`.
    pub(crate) fn limited(&self, limits: &str, words: &str) -> Ran {
        let program = env!("CARGO_BIN_EXE_longlens");
        let line = format!("{limits}; exec '{program}' develop {words}");
        let run = Command::new("sh").arg("-c").arg(line).current_dir(self.folder.path()).output();
        Ran::of(run.unwrap())
    }

    /// Every file below a folder with its bytes, hidden ones too, but for the logs, which have times.
    pub(crate) fn tree(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut tree = BTreeMap::new();
        let top = self.path(folder);
        for entry in walkdir::WalkDir::new(&top) {
            let entry = entry.unwrap();
            let is_log = entry.file_name().to_string_lossy().ends_with(".log.jsonl");
            if entry.file_type().is_file() && !is_log {
                let name = entry.path().strip_prefix(&top).unwrap().to_path_buf();
                tree.insert(name, fs::read(entry.path()).unwrap());
            }
        }
        tree
    }

    /// As [`Bench::tree`], of a folder that may not be there yet.
    pub(crate) fn tree_or_empty(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        if self.path(folder).exists() { self.tree(folder) } else { BTreeMap::new() }
    }

    /// No temporary file is left below a folder, and every picture there can be read to its end.
    #[track_caller]
    pub(crate) fn whole(&self, folder: &str) {
        for (name, bytes) in self.tree(folder) {
            let file = name.file_name().unwrap().to_string_lossy().into_owned();
            assert!(!file.starts_with(".longlens-"), "a temporary file is left: {file}");
            self.whole_file(&name, &bytes);
        }
    }

    /// Every picture below a folder can be read to its end; temporary files are no matter.
    #[track_caller]
    pub(crate) fn not_torn(&self, folder: &str) {
        for (name, bytes) in self.tree(folder) {
            self.whole_file(&name, &bytes);
        }
    }

    #[track_caller]
    fn whole_file(&self, name: &Path, bytes: &[u8]) {
        if name.extension().is_some_and(|e| e == "jpg") {
            let decoded = longlens::format::decode(
                bytes,
                &longlens::format::Decoding::default(),
                &longlens::frame::Pool::default(),
            );
            assert!(decoded.is_ok(), "{name:?} is torn: {:?}", decoded.err());
        }
    }
}

/// A hazy slope with some grain; another one for each number.
fn picture(width: u32, height: u32, number: u32) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    ImageBuffer::from_fn(width, height, |x, y| {
        let grain = noise(x, y, number) % 23;
        let slope = 90 * y / height + 40 * x / width + number % 50;
        let value = |shift: u32| (slope + grain + 60 + shift).min(255) as u8;
        Rgb([value(0), value(9), value(20)])
    })
}

pub(crate) fn jpeg(width: u32, height: u32, number: u32) -> Vec<u8> {
    let frame = Frame::new(Pixels::Rgb8(picture(width, height, number)));
    let encoding = Encoding { quality: 90, ..Encoding::of(Format::Jpeg) };
    let mut bytes = Vec::new();
    encode(&frame, &encoding, &Blocks::default(), Threads::One, &mut bytes).unwrap();
    bytes
}

pub(crate) fn lossless(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(width, height, 7).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
