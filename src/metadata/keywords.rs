//! Keywords: one by one, and those that are a position.

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
