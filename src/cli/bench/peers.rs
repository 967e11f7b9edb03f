//! Other programs on the same frame, started only when the user names them: each does what comes
//! nearest to a longlens job, as a whole process, on one thread if it can be limited.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::batch::{Stop, Sync, write_whole};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::peak_mb;
use crate::recipe::Recipe;

/// A program and what it took; no figures if it is not installed or failed.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) did: String,
    pub(super) cpu_s: Option<f64>,
    pub(super) wall_s: Option<f64>,
    pub(super) peak_mb: Option<f64>,
}

/// A program that can be named.
pub(super) struct Known {
    name: &'static str,
    /// What its program may be called, the newest name first.
    programs: &'static [&'static str],
    did: &'static str,
    words: fn(&Path, &Path, &Path) -> Vec<OsString>,
}

/// darktable's history: haze removal 0.5 of 0.25, sharpen, crop.
const DARKTABLE: &str = include_str!("../../../benches/peers/darktable.xmp");
/// RawTherapee's profile: dehaze 50, unsharp mask.
const RAWTHERAPEE: &str = "[Version]\nAppVersion=5.9\nVersion=349\n[Dehaze]\nEnabled=true\n\
    Strength=50\nDepth=25\n[Sharpening]\nEnabled=true\nMethod=usm\nRadius=0.5\nAmount=200\n";

const KNOWN: [Known; 4] = [
    Known {
        name: "darktable",
        programs: &["darktable-cli"],
        did: "dehaze, sharpen, crop to 69 %",
        words: |input, out, folder| {
            let (xmp, config) = (folder.join("peer.xmp"), folder.join("darktable"));
            let config = ["--core", "--library", ":memory:", "--configdir"]
                .map(OsString::from)
                .into_iter()
                .chain([config.into()]);
            [input.into(), xmp.into(), out.into()].into_iter().chain(config).collect()
        },
    },
    Known {
        name: "rawtherapee",
        programs: &["rawtherapee-cli"],
        did: "dehaze, sharpen",
        words: |input, out, folder| {
            let profile = folder.join("peer.pp3").into();
            let [o, p, j, y, c] = ["-o", "-p", "-j90", "-Y", "-c"].map(OsString::from);
            vec![o, out.into(), p, profile, j, y, c, input.into()]
        },
    },
    Known {
        name: "vips",
        programs: &["vips"],
        did: "sharpen",
        words: |input, out, _| {
            let mut out = out.as_os_str().to_owned();
            out.push("[Q=90]");
            let [sharpen, sigma, value] = ["sharpen", "--sigma", "1.2"].map(OsString::from);
            vec![sharpen, input.into(), out, sigma, value]
        },
    },
    Known {
        name: "magick",
        // ImageMagick 6 has no program magick.
        programs: &["magick", "convert"],
        did: "sharpen",
        words: |input, out, _| {
            let words = ["-unsharp", "0x1.2+1+0.02", "-quality", "90"].map(OsString::from);
            [input.into()].into_iter().chain(words).chain([out.into()]).collect()
        },
    },
];

/// What can be named.
pub(in crate::cli) fn names() -> Vec<&'static str> {
    KNOWN.iter().map(|known| known.name).collect()
}

/// The program of this name.
pub(super) fn named(name: &str) -> Result<&'static Known> {
    KNOWN
        .iter()
        .find(|known| known.name == name)
        .ok_or_else(|| Error::no_value(name, "a program to measure against", &names().join(", ")))
}

/// longlens itself and the others, each on one frame.
pub(super) fn measured(
    wanted: &[&'static Known],
    input: &Path,
    recipe: &Recipe,
    scratch: &Path,
    keep: Option<&Path>,
) -> Result<Vec<Peer>> {
    let recipe_file = scratch.join("recipe.toml");
    let mut recipe = recipe.clone();
    // Paths in a recipe count from its folder.
    for path in [&mut recipe.caption.font, &mut recipe.caption.logo].into_iter().flatten() {
        *path = std::path::absolute(&*path).unwrap_or_else(|_| path.clone());
    }
    write_whole(&recipe_file, recipe.to_toml().as_bytes(), Sync::Lazy, &Stop::default())?;
    write_whole(&scratch.join("peer.xmp"), DARKTABLE.as_bytes(), Sync::Lazy, &Stop::default())?;
    write_whole(&scratch.join("peer.pp3"), RAWTHERAPEE.as_bytes(), Sync::Lazy, &Stop::default())?;
    let program = std::env::current_exe().map_err(|e| {
        Error::io(ErrorKind::Environment, "cannot find the longlens program itself", &e)
    })?;
    let mut own = Command::new(program);
    own.args(["develop", "-j1", "--quiet", "--recipe"]).arg(&recipe_file).arg("-o");
    own.arg(scratch.join("own")).arg(input);
    let mut peers = vec![ran("longlens", "the whole recipe", own)];
    if let Some(keep) = keep {
        let made = std::fs::read_dir(scratch.join("own")).into_iter().flatten().flatten();
        let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        let made = made.map(|entry| entry.path());
        let made = made.filter(|path| path.file_name().is_some_and(|name| !is_hidden(name)));
        made.into_iter().try_for_each(|path| kept(&path, input, "longlens", keep))?;
    }
    for known in wanted {
        let out = scratch.join(format!("{}.jpg", known.name));
        peers.push(match known.programs.iter().find_map(|program| on_path(program)) {
            None => Peer::without(known.name, "not found on the PATH"),
            Some(program) => {
                let mut command = Command::new(program);
                command.args((known.words)(input, &out, scratch));
                command.env("VIPS_CONCURRENCY", "1").env("MAGICK_THREAD_LIMIT", "1");
                let peer = ran(known.name, known.did, command);
                if let (Some(keep), true) = (keep, out.is_file()) {
                    kept(&out, input, known.name, keep)?;
                }
                peer
            }
        });
    }
    Ok(peers)
}

/// Puts what a program made into a folder, named after the frame and the program; a file that is there
/// is not replaced.
fn kept(made: &Path, input: &Path, program: &str, keep: &Path) -> Result<()> {
    let failed = |e: &std::io::Error| {
        Error::io(ErrorKind::Environment, "cannot keep the picture", e).about(keep)
    };
    std::fs::create_dir_all(keep).map_err(|e| failed(&e))?;
    let mut name = input.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{program}"));
    let mut path = keep.join(&name);
    path.set_extension(made.extension().unwrap_or_default());
    if path.symlink_metadata().is_ok() {
        let error = Error::new(ErrorKind::Usage, "file exists; a bench never overwrites");
        return Err(error.about(path).with_hint("name another folder"));
    }
    let bytes = std::fs::read(made).map_err(|e| failed(&e))?;
    write_whole(&path, &bytes, Sync::Lazy, &Stop::default())
}

impl Peer {
    fn without(name: &'static str, why: &str) -> Self {
        Self { name, did: why.to_owned(), cpu_s: None, wall_s: None, peak_mb: None }
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// How often a running program is asked for its peak memory.
const LOOK: Duration = Duration::from_millis(10);

fn ran(name: &'static str, did: &str, mut command: Command) -> Peer {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (before, begun) = (children_cpu_s(), Instant::now());
    let Ok(mut child) = command.spawn() else { return Peer::without(name, "cannot be started") };
    let mut peak = None;
    let status = loop {
        peak = peak_mb(&child.id().to_string()).or(peak);
        match child.try_wait() {
            Ok(None) => std::thread::sleep(LOOK),
            Ok(Some(status)) => break status,
            Err(_) => return Peer::without(name, "was lost"),
        }
    };
    if !status.success() {
        return Peer::without(name, "failed");
    }
    let wall = begun.elapsed().as_secs_f64();
    let cpu = before.zip(children_cpu_s()).map(|(before, after)| after - before);
    Peer { name, did: did.to_owned(), cpu_s: cpu, wall_s: Some(wall), peak_mb: peak }
}

/// CPU seconds of all children that have ended; Linux only (proc(5): fields 16 and 17, in ticks of
/// 1/100 s).
fn children_cpu_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(16)? + ticks(17)?) / 100.0)
}
