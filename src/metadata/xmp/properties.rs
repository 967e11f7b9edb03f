//! The properties of the fields (IPTC Photo Metadata Standard 2023.1; XMP Part 2).

/// How a property's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// Texts by language, of which `x-default` is meant.
    Alt,
    /// Texts in any order.
    Bag,
    /// Texts in order.
    Seq,
    /// Places, each of several parts.
    Place,
    /// A structure of addresses, telephone numbers and the like.
    Contact,
}

/// The property of each field that XMP holds.
pub(super) const PROPERTIES: [(&str, &str, &str, Shape); 29] = [
    ("title", "dc", "title", Shape::Alt),
    ("headline", "photoshop", "Headline", Shape::Text),
    ("description", "dc", "description", Shape::Alt),
    ("caption_writer", "photoshop", "CaptionWriter", Shape::Text),
    ("city", "photoshop", "City", Shape::Text),
    ("location", "Iptc4xmpCore", "Location", Shape::Text),
    ("province", "photoshop", "State", Shape::Text),
    ("country", "photoshop", "Country", Shape::Text),
    ("country_code", "Iptc4xmpCore", "CountryCode", Shape::Text),
    ("byline", "dc", "creator", Shape::Seq),
    ("byline_title", "photoshop", "AuthorsPosition", Shape::Text),
    ("credit", "photoshop", "Credit", Shape::Text),
    ("source", "photoshop", "Source", Shape::Text),
    ("copyright", "dc", "rights", Shape::Alt),
    ("usage_terms", "xmpRights", "UsageTerms", Shape::Alt),
    ("contact", "Iptc4xmpCore", "CreatorContactInfo", Shape::Contact),
    ("instructions", "photoshop", "Instructions", Shape::Text),
    ("job_id", "photoshop", "TransmissionReference", Shape::Text),
    ("urgency", "photoshop", "Urgency", Shape::Text),
    ("rating", "xmp", "Rating", Shape::Text),
    ("label", "xmp", "Label", Shape::Text),
    ("category", "photoshop", "Category", Shape::Text),
    ("supplemental_categories", "photoshop", "SupplementalCategories", Shape::Bag),
    ("keywords", "dc", "subject", Shape::Bag),
    ("person_in_image", "Iptc4xmpExt", "PersonInImage", Shape::Bag),
    ("event", "Iptc4xmpExt", "Event", Shape::Alt),
    ("shown_location", "Iptc4xmpExt", "LocationShown", Shape::Place),
    ("viewpoint", "Iptc4xmpExt", "LocationCreated", Shape::Place),
    ("lens", "aux", "Lens", Shape::Text),
];

/// Fields that are read and never written: where the photographer stood, what the camera says, and how the
/// photographer picked.
pub(super) const ONLY_READ: [&str; 4] = ["viewpoint", "lens", "rating", "label"];

/// Properties of other programs that repeat a field, and are removed where it is set or removed.
pub(super) const ALIASES: [(&str, &str, &str); 18] = [
    ("title", "acdsee", "caption"),
    ("description", "tiff", "ImageDescription"),
    ("description", "exif", "UserComment"),
    ("description", "acdsee", "notes"),
    ("description", "digiKam", "CaptionsAuthorNames"),
    ("byline", "tiff", "Artist"),
    ("byline", "acdsee", "author"),
    ("copyright", "tiff", "Copyright"),
    ("keywords", "lr", "hierarchicalSubject"),
    ("keywords", "lr", "weightedFlatSubject"),
    ("keywords", "digiKam", "TagsList"),
    ("keywords", "MicrosoftPhoto", "LastKeywordXMP"),
    ("keywords", "MicrosoftPhoto", "LastKeywordIPTC"),
    ("keywords", "mediapro", "CatalogSets"),
    ("keywords", "acdsee", "keywords"),
    ("keywords", "acdsee", "categories"),
    ("keywords", "mwg-kw", "Keywords"),
    ("keywords", "pdf", "Keywords"),
];

/// When the picture was taken: IPTC's date, and what cameras' own programs write.
pub(super) const DATES: [(&str, &str); 2] =
    [("photoshop", "DateCreated"), ("exif", "DateTimeOriginal")];
/// When it was digitised: these go where the date is taken away.
pub(super) const DIGITISED: [(&str, &str); 2] =
    [("xmp", "CreateDate"), ("exif", "DateTimeDigitized")];

/// The parts of a place, from the small to the large (IPTC Extension, 'Location structure').
pub(super) const PLACE_PARTS: [&str; 5] =
    ["LocationName", "Sublocation", "City", "ProvinceState", "CountryName"];
/// The parts of a contact (IPTC Core, 'Creator's Contact Info').
pub(super) const CONTACT_PARTS: [&str; 8] = [
    "CiAdrExtadr",
    "CiAdrCity",
    "CiAdrRegion",
    "CiAdrPcode",
    "CiAdrCtry",
    "CiTelWork",
    "CiEmailWork",
    "CiUrlWork",
];
