//! Keywords: one by one, those that are a position, and those that name somebody.

/// The single keywords of a field.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|k| !k.is_empty())
}

/// Whether a keyword is a position, as Flickr's machine tags write them: `geo:lat=41.8`; also as a
/// branch of a tree of keywords, `places|geo:lat=41.8`.
pub(super) fn is_position(keyword: &str) -> bool {
    let tags = ["geo:lat", "geo:lon", "geo:alt"];
    let tells = |branch: &str| {
        let branch = branch.trim().to_ascii_lowercase();
        tags.iter().any(|tag| branch.starts_with(tag))
    };
    keyword.split(['|', '/']).any(tells)
}

/// Whether a keyword names one of these people, by itself or as the leaf of a tree of keywords: `people|Ann Lee`,
/// `people/Ann Lee`.
pub(super) fn is_name_of(keyword: &str, people: &[String]) -> bool {
    let leaf = keyword.rsplit(['|', '/']).next().unwrap_or_default();
    let mut names = people.iter().map(|name| name.trim());
    names.any(|name| name == keyword.trim() || name == leaf.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_keyword_or_the_leaf_of_a_tree() {
        let people = ["Bo Kim".to_owned(), "A/S Nord".to_owned()];
        for keyword in ["Bo Kim", " people|Bo Kim", "people/family/Bo Kim ", "A/S Nord"] {
            assert!(is_name_of(keyword, &people), "{keyword}");
        }
        for keyword in ["Bo Kim|1987", "Bo Kimura", "bridge of Bo Kim", "Nord", ""] {
            assert!(!is_name_of(keyword, &people), "{keyword}");
        }
    }
}
