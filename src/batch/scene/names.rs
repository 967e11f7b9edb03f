//! What scenes are called: by their first frame, or by the name that the user gave; each name is
//! used once.

use std::collections::BTreeMap;
use std::path::Path;

/// What a scene is called that begins with this frame.
pub(super) fn of(first: &Path) -> String {
    first.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names of scenes, given as name and first frame: with the folder of that before it, or with a number,
/// where two would be the same.
pub(super) fn unique(scenes: &[(&str, &Path)]) -> Vec<String> {
    let mut with_folder: Vec<String> = scenes.iter().map(|(name, _)| (*name).to_owned()).collect();
    let counts = counts(&with_folder);
    for (name, (own, first)) in with_folder.iter_mut().zip(scenes) {
        let folder = first.parent().and_then(Path::file_name).filter(|_| counts[*own] > 1);
        if let Some(folder) = folder {
            *name = format!("{}/{own}", folder.to_string_lossy());
        }
    }
    // By the path of the first frame, so that the order in which they were found does not count.
    let mut order: Vec<usize> = (0..scenes.len()).collect();
    order.sort_by_key(|&i| scenes[i].1);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for i in order {
        let count = seen.entry(with_folder[i].clone()).or_default();
        *count += 1;
        if *count > 1 {
            with_folder[i] = format!("{} ({count})", with_folder[i]);
        }
    }
    with_folder
}

fn counts(names: &[String]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(name.clone()).or_default() += 1);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_scenes_have_one_name() {
        let scenes = [("1", "a/1.jpg"), ("1", "b/1.jpg"), ("2", "b/2.jpg"), ("1", "x/b/1.jpg")];
        let scenes = scenes.map(|(name, path)| (name, Path::new(path)));
        assert_eq!(unique(&scenes), ["a/1", "b/1", "2", "b/1 (2)"]);
    }
}
