//! Shell completion: clap's scripts, which offer files as well as the names of presets.
//!
//! Where an argument has names to choose from, clap offers nothing else. The script for bash falls back on files by
//! itself.

use clap_complete::Shell;

use super::presets;

/// The script, in which `--recipe` is completed by names and by files.
pub(super) fn with_recipe_files(script: &str, shell: Shell) -> String {
    match shell {
        Shell::Fish => {
            let lines = script.lines().map(|line| match line.contains(" -l recipe ") {
                true => line.replacen(" -r -f -a ", " -r -a ", 1) + "\n",
                false => format!("{line}\n"),
            });
            lines.collect()
        }
        Shell::Zsh => {
            let names = presets::names().join(" ");
            let function = format!(
                "_longlens_recipes() {{\n    \
                 _alternative 'presets:preset:({names})' 'recipes:recipe file:_files'\n}}\n\n"
            );
            let script = script.replace(&format!(":RECIPE:({names})"), ":RECIPE:_longlens_recipes");
            // Behind the line that says what is completed.
            match script.split_once('\n') {
                Some((first, rest)) => format!("{first}\n\n{function}{rest}"),
                None => script,
            }
        }
        _ => script.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::args;
    use super::*;

    fn script(shell: Shell) -> String {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut args::command(), "longlens", &mut script);
        with_recipe_files(&String::from_utf8_lossy(&script), shell)
    }

    #[test]
    fn recipes_are_completed_by_names_and_by_files() {
        let zsh = script(Shell::Zsh);
        assert!(zsh.starts_with("#compdef longlens\n"), "{zsh:.200}");
        let of_recipes = |line: &&str| line.contains("--recipe=");
        assert!(zsh.lines().filter(of_recipes).count() > 3);
        let all = zsh.lines().filter(of_recipes).all(|line| line.contains(":_longlens_recipes"));
        assert!(all && zsh.contains("_alternative 'presets:preset:("));
        let fish = script(Shell::Fish);
        // The names follow, each on a line of its own.
        let mut of_recipes = fish.lines().filter(|line| line.contains(" -l recipe "));
        let offered = of_recipes.all(|line| line.contains(" -r -a ") && !line.contains(" -f "));
        assert!(offered && fish.contains("wire\\t"), "{fish:.3000}");
    }
}
