//! `longlens man`: the manual page, made of what `--help` says.

use clap_mangen::Man;

use super::{args, exit, text};
use crate::error::{Error, ErrorKind, Result};

/// Prints one page with all commands, each with its flags.
pub(super) fn print() -> Result<u8> {
    let page = page().map_err(|e| Error::io(ErrorKind::Environment, "cannot make the page", &e))?;
    text::print(&page)?;
    Ok(exit::DONE)
}

fn page() -> std::io::Result<String> {
    let command = args::command();
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    for sub in command.get_subcommands() {
        let name = sub.get_name().to_owned();
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        let mut options = Vec::new();
        Man::new(sub.clone()).render_options_section(&mut options)?;
        let options = String::from_utf8_lossy(&options).into_owned();
        // The section's own heading gives way to the command's.
        let heading = format!(".SH \"LONGLENS {}\"\n{about}\n", name.to_uppercase());
        page.extend(heading.as_bytes());
        let body: Vec<&str> =
            options.lines().filter(|line| !line.starts_with(".SH OPTIONS")).collect();
        page.extend(body.join("\n").as_bytes());
        page.push(b'\n');
    }
    let status = ".SH \"EXIT STATUS\"\n0: everything that was asked for is there. 1: some frames failed or were \
                  not delivered. 2: invalid command line or table, nothing written. 3: the run could not go on. \
                  75 (run, report): another try may complete the plan. 128 + n: ended by signal n.\n";
    page.extend(status.as_bytes());
    man.render_version_section(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
