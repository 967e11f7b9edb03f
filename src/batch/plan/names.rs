//! Output names: the input's own or a template's, with the extension of the output format.

use std::path::{Path, PathBuf};

use crate::batch::job::Job;
use crate::batch::plan::inputs::Input;
use crate::batch::plan::order::{Order, Target};
use crate::batch::plan::templates::Templates;
use crate::error::{Result, Warning};
use crate::format::Format;
use crate::recipe::FormatChoice;

/// The format that a name promises.
#[must_use]
pub fn format_of_name(path: &Path) -> Option<Format> {
    Format::of_ending(path.extension()?.to_str()?)
}

/// Where the frame goes, and a warning if its name says another format than its content.
pub(in crate::batch) fn output_name(
    input: &Input,
    job: &Job,
    order: &Order,
    templates: &mut Templates,
) -> Result<(PathBuf, Option<Warning>)> {
    let folder = match order.out {
        Target::File(file) => return Ok((file.clone(), None)),
        Target::Folder(folder) => folder.join(edition_folder(input, job, order)),
    };
    let content = crate::batch::disk::kinds::sniff_file(&input.path);
    let named = format_of_name(&input.relative);
    let mut warning = None;
    let extension = match (job.recipe.output.format, content, named) {
        (choice @ FormatChoice::Same, Some(content), _) if !content.is_written() => {
            Some(choice.or_same(content).extension())
        }
        (FormatChoice::Always(format), _, named) if named != Some(format) => {
            Some(format.extension())
        }
        (FormatChoice::Same, Some(content), named) if named != Some(content) => {
            if let Some(extension) = input.relative.extension() {
                let extension = extension.to_string_lossy().into_owned();
                warning =
                    named.map(|_| Warning::WrongExtension { extension, format: content.name() });
            }
            Some(content.extension())
        }
        // The name's own extension stays as it is written: .JPG, .jpeg.
        _ => None,
    };
    let extension = match extension {
        Some(extension) => std::ffi::OsString::from(extension),
        None => input.relative.extension().unwrap_or_default().to_os_string(),
    };
    let below = input.relative.parent().unwrap_or(Path::new(""));
    let default = order_is_filename(&job.recipe.output.name);
    let name = if default {
        plain_name(input, named.is_some(), &extension)
    } else {
        let suffix = format!(".{}", extension.to_string_lossy());
        let template = templates.get(&job.recipe.output.name)?;
        let fields = job.template_fields()?;
        template.render_name(&fields, &input.path.to_string_lossy(), &suffix)?.into()
    };
    Ok((folder.join(below).join(name), warning))
}

/// The folder of the edition, below the output folder.
fn edition_folder<'a>(input: &Input, job: &'a Job, order: &'a Order) -> &'a Path {
    let editions = order.roots.get(input.root).map(|root| &root.recipe.editions);
    let folder = job
        .edition
        .as_deref()
        .zip(editions)
        .and_then(|(name, editions)| Some(editions.get(name)?.folder(name)));
    folder.unwrap_or(Path::new(""))
}

fn order_is_filename(template: &str) -> bool {
    template.trim() == "{{ filename }}"
}

/// The input's own name, byte for byte, with this extension.
fn plain_name(
    input: &Input,
    has_extension: bool,
    extension: &std::ffi::OsStr,
) -> std::ffi::OsString {
    let name = input.relative.file_name().unwrap_or_default();
    if input.relative.extension() == Some(extension) || extension.is_empty() {
        return name.to_os_string();
    }
    let stem = if has_extension { input.relative.file_stem().unwrap_or(name) } else { name };
    let mut with = stem.to_os_string();
    with.push(".");
    with.push(extension);
    with
}
