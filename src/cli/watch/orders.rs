//! The settings for frames that arrive, and their plan.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::super::planning::{check_drawing, checked_flags, pick, read_files};
use super::super::presets::Layers;
use super::super::sources::{Sources, logos};
use crate::batch::{Names, Order, Pick, Plan, Ready, Root, Target, plan_more, plan_none_yet};
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::{Recipe, Scene};

/// All that was ordered, as it was read last.
pub(super) struct Orders {
    pub(super) sources: Sources,
    layers: Layers,
    flags: Vec<(String, String)>,
    pick: Pick,
    pub(super) out: Target,
}

impl Orders {
    pub(super) fn read(order: &ArgMatches) -> Result<Self> {
        let mut sources = Sources::read(order)?;
        sources.for_some_frames();
        let out = order.get_one::<PathBuf>("out").cloned().unwrap_or_default();
        if out.exists() && !out.is_dir() {
            let error = Error::new(ErrorKind::Usage, "the output is a file, not a folder");
            return Err(error.about(out).with_hint("name a folder"));
        }
        let mut flags = checked_flags(order)?;
        let layers = Layers::read(order)?;
        let roots = sources.roots(&layers)?;
        refuse_scenes(&flags, &roots)?;
        // Frames that arrive one by one are not looked at together.
        flags.push(("scene".to_owned(), "off".to_owned()));
        let pick = Pick { may_be_none: true, ..pick(order)? };
        let orders = Self { sources, layers, flags, pick, out: Target::Folder(out) };
        orders.with_order(order, |order, _| plan_none_yet(order))?;
        Ok(orders)
    }

    fn with_order<T>(
        &self,
        order: &ArgMatches,
        with: impl FnOnce(&Order, &[Root]) -> Result<T>,
    ) -> Result<T> {
        let roots = self.sources.roots(&self.layers)?;
        let reads = read_files(order, &self.sources, &self.layers);
        let (set, codes) = (&self.sources.set[..], self.sources.codes.as_ref());
        let (flags, out) = (&self.flags[..], &self.out);
        with(&Order { roots: &roots, flags, set, codes, reads: &reads, out }, &roots)
    }

    /// The jobs of frames that have arrived.
    pub(super) fn plan(
        &self,
        order: &ArgMatches,
        mut ready: Ready,
        names: &mut Names,
    ) -> Result<Plan> {
        self.with_order(order, |order, roots| {
            let found = &mut ready.found;
            found.pass_over(&logos(roots, order.flags), "the logo", &[]);
            self.pick.narrow(found, roots)?;
            let mut plan = plan_more(found, order, names)?;
            self.pick.choose(&mut plan, found, roots).map_err(|e| e.prefixed("--where: "))?;
            check_drawing(&plan.jobs)?;
            Ok(plan)
        })
    }
}

/// Scenes are those of all frames of a shoot.
fn refuse_scenes(flags: &[(String, String)], roots: &[Root]) -> Result<()> {
    let of_flags = flags.iter().find(|(name, value)| {
        name == "haze-from" || name == "scene" && !matches!(value.parse(), Ok(Scene::Off))
    });
    let of_recipes = roots.iter().any(|root| {
        let Recipe { scene, haze_from, .. } = &root.recipe;
        !matches!(scene, Scene::Auto | Scene::Off) || !haze_from.is_empty()
    });
    match (of_flags, of_recipes) {
        (None, false) => Ok(()),
        (flag, _) => {
            let name = flag.map_or("scene", |(name, _)| name);
            let message = format!("{name}: frames that arrive one by one cannot share their haze");
            let hint = "run longlens develop on the folder when it is complete";
            Err(Error::new(ErrorKind::Usage, message).with_hint(hint))
        }
    }
}

/// Each has to be a folder, and none the one that outputs go to: they would arrive in it.
pub(super) fn refuse_folders(named: &[PathBuf], out: &Path) -> Result<()> {
    let real = |path: &Path| path.canonicalize().ok();
    for folder in named {
        let message = match folder.metadata() {
            Err(e) => {
                return Err(Error::io(ErrorKind::Usage, "cannot open the input", &e).about(folder));
            }
            Ok(kind) if !kind.is_dir() => "this is a file, and watch needs a folder",
            Ok(_) if real(folder).is_some_and(|folder| real(out) == Some(folder)) => {
                "outputs cannot go into the folder that is watched"
            }
            Ok(_) => continue,
        };
        return Err(Error::new(ErrorKind::Usage, message).about(folder));
    }
    Ok(())
}
