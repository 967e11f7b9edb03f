//! Invalid command lines: what was probably meant.
//!
//! People type flags of other programs, frames without `develop`, or `develop` without `-o`. Each
//! is told what to type instead.

use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind as Clap};

use super::args;
use crate::error::{Error, ErrorKind};
use crate::words::near;

/// Flags of other programs, without their hyphens, and what to type here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["resize", "size", "max-size", "width", "height", "scale", "thumbnail"], "--long-edge PX"),
    (&["text", "watermark", "annotate", "label", "stamp", "overlay"], "--caption TEXT"),
    (&["gravity", "position", "align"], "--anchor (of the crop) or --caption-anchor"),
    (&["threads", "workers", "parallel", "cores", "processes", "t"], "--jobs N"),
    (
        &["preset", "config", "style", "settings", "p"],
        "--recipe NAME (longlens presets lists them) or FILE",
    ),
    (&["output", "outdir", "out-dir", "output-dir", "dest", "destination", "export"], "--out OUT"),
    (&["force", "replace", "clobber", "f", "y"], "--overwrite"),
    (&["no-clobber", "skip", "keep-existing", "n"], "--skip-existing"),
    (&["continue", "restart"], "--resume"),
    (&["strip", "strip-metadata", "no-metadata", "no-exif", "anonymize"], "--privacy bare"),
    (&["keep-metadata", "copy-metadata", "exif", "preserve"], "--privacy keep"),
    (&["unsharp", "usm", "sharpness", "clarity", "detail"], "--sharpen AMOUNT"),
    (&["defog", "dehazing", "haze", "haze-removal"], "--dehaze AMOUNT"),
    (&["font-size", "fontsize", "pointsize", "text-size"], "--caption-size PERCENT"),
    (&["text-position", "text-anchor", "watermark-position"], "--caption-anchor PLACE"),
    (&["icc", "colorspace", "colourspace", "color-profile", "srgb"], "--profile srgb"),
    (&["ratio", "aspect", "aspect-ratio", "geometry"], "--crop PART"),
    (&["type", "file-format", "to"], "--format FORMAT"),
    (&["jpeg-quality", "jpg-quality"], "--quality Q"),
    (&["max-size-bytes", "filesize", "file-size", "target-size"], "--max-bytes SIZE"),
    (&["suffix", "prefix", "rename", "filename", "pattern"], "--name \"{{ filename }}-web\""),
    (&["simulate", "noop", "test", "preview"], "--dry-run"),
    (&["csv", "table", "metadata"], "--captions FILE"),
    (&["silent", "s"], "--quiet"),
    (&["debug", "log-level"], "--verbose"),
    (&["ignore-errors", "tolerant"], "--accept-damaged"),
    (&["mem", "max-memory", "limit"], "--memory SIZE"),
];

/// The message for a command line that clap could not read; `None` where its own words are right.
pub(super) fn explained(error: &clap::Error) -> Option<Error> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let usage = |message: String| Error::new(ErrorKind::Usage, message);
    match error.kind() {
        Clap::UnknownArgument => {
            let given = text(ContextKind::InvalidArg)?;
            let what = if given.starts_with('-') { "unknown flag" } else { "unexpected argument" };
            let error = usage(format!("{what} '{given}'"));
            let typed = std::env::args().nth(1).unwrap_or_default();
            Some(match elsewhere(given, &typed).or_else(|| meant(given)) {
                Some(hint) => error.with_hint(hint),
                None => {
                    let known = args::command();
                    let command =
                        known.find_subcommand(&typed).map_or("develop", Command::get_name);
                    error.with_hint(format!("longlens {command} --help lists the flags"))
                }
            })
        }
        Clap::InvalidSubcommand => {
            let given = text(ContextKind::InvalidSubcommand)?;
            let error = usage(format!("'{given}' is not a command"));
            let named = args::command();
            let names = || named.get_subcommands().map(Command::get_name);
            Some(if Path::new(given).exists() || given.contains(['.', '/']) {
                error.with_hint(format!("to develop frames: longlens develop {given} -o out"))
            } else if let Some(near) = near(given, names()) {
                error.with_hint(format!("did you mean 'longlens {near}'?"))
            } else {
                error.with_hint(format!(
                    "the commands are {}",
                    names().collect::<Vec<_>>().join(", ")
                ))
            })
        }
        Clap::MissingRequiredArgument => {
            let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
                return None;
            };
            let lacks = |what: &str| missing.iter().any(|name| name.contains(what));
            let given = std::env::args_os().skip(2).find(|word| Path::new(word).exists());
            let input =
                given.map_or("FRAMES".to_owned(), |path| path.to_string_lossy().into_owned());
            match (lacks("INPUT"), lacks("--out")) {
                (_, true) => {
                    let command = std::env::args().nth(1).unwrap_or_default();
                    let (what, out) = match command.as_str() {
                        "compare" | "sheet" => ("output", format!("{command}.jpg")),
                        _ => ("output folder", "out".to_owned()),
                    };
                    Some(
                        usage(format!("no {what} was given"))
                            .with_hint(format!("longlens {command} {input} -o {out}")),
                    )
                }
                (true, false) => {
                    Some(usage("no frames were given".to_owned()).with_hint(
                        "name frames or folders of frames: longlens develop shoot -o out",
                    ))
                }
                (false, false) => None,
            }
        }
        Clap::ValueValidation | Clap::InvalidValue => {
            let (flag, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
            let flag = flag.split_whitespace().next().unwrap_or(flag).trim_matches(['<', '>']);
            if value.is_empty() {
                return Some(usage(format!("{flag} needs a value")));
            }
            let why = std::error::Error::source(error).map(ToString::to_string);
            let error = usage(match why {
                Some(why) => format!("{flag}: {why}"),
                None => format!("{flag}: '{value}' is not a valid value"),
            });
            Some(match error_values(flag) {
                Some(hint) => error.with_hint(hint),
                None => error,
            })
        }
        _ => None,
    }
}

/// The values of flags that clap checks by itself.
fn error_values(flag: &str) -> Option<&'static str> {
    match flag {
        "--jobs" => Some("use 1 to 1024"),
        "shell" => Some("use bash, zsh, fish, elvish or powershell"),
        "--deadline" | "--settle" | "--patience" | "--poll" => {
            Some("use a time such as 10m, 90s or 1h30m")
        }
        "--memory" => Some("use a size such as 400MB or 2GB"),
        _ => None,
    }
}

/// Which other commands have a flag that the one that was typed lacks.
fn elsewhere(given: &str, typed: &str) -> Option<String> {
    let name = given.strip_prefix("--")?.split('=').next()?;
    let has = |command: &Command| command.get_arguments().any(|arg| arg.get_long() == Some(name));
    let all = args::command();
    let others =
        all.get_subcommands().filter(|command| command.get_name() != typed && has(command));
    let others: Vec<String> =
        others.map(|other| format!("longlens {}", other.get_name())).collect();
    (!others.is_empty() && all.find_subcommand(typed).is_some())
        .then(|| format!("--{name} is a flag of {}", others.join(", ")))
}

/// What to type instead of an unknown flag.
fn meant(given: &str) -> Option<String> {
    let name = given.trim_start_matches('-').split('=').next().unwrap_or_default().to_lowercase();
    let name = name.replace('_', "-");
    if let Some((_, here)) = ELSEWHERE.iter().find(|(names, _)| names.contains(&name.as_str())) {
        return Some(format!("use {here}"));
    }
    if ["r", "recursive", "recurse"].contains(&name.as_str()) {
        return Some("omit it: folders are searched with all their subfolders".to_owned());
    }
    if ["i", "input", "in"].contains(&name.as_str()) {
        return Some("name the frames without a flag: longlens develop shoot -o out".to_owned());
    }
    let command = args::command();
    let flags = command.get_subcommands().flat_map(Command::get_arguments);
    let flags: Vec<&str> = flags.filter_map(clap::Arg::get_long).collect();
    if given.starts_with("--") || name.len() == 1 {
        return near(&name, flags).map(|near| format!("did you mean '--{near}'?"));
    }
    // `-resize` of ImageMagick is seen as -r, -e, …: what was typed is on the command line.
    None
}

/// The same for a word with one hyphen, as ImageMagick has them (`-resize`), among what was typed.
pub(super) fn single_hyphen() -> Option<Error> {
    let words = std::env::args().skip(1);
    let mut long = words.filter(|word| {
        word.len() > 3 && word.starts_with('-') && !word.starts_with("--") && !word.contains('=')
    });
    long.find_map(|word| {
        let hint = meant(&format!("-{word}"))?;
        Some(Error::new(ErrorKind::Usage, format!("unknown flag '{word}'")).with_hint(hint))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_other_programs_lead_to_flags_that_there_are() {
        let command = args::command();
        let develop = command.find_subcommand("develop").unwrap();
        let longs: Vec<&str> = develop.get_arguments().filter_map(clap::Arg::get_long).collect();
        for (names, here) in ELSEWHERE {
            let named = here.split_whitespace().filter_map(|word| word.strip_prefix("--"));
            for flag in named {
                assert!(longs.contains(&flag), "{names:?} lead to --{flag}, which is not there");
            }
            for name in *names {
                assert!(!longs.contains(name), "--{name} is a flag of longlens itself");
            }
        }
    }
}
