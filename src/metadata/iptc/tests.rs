//! What is read out of IPTC-IIM and put into it.

use super::*;

fn block(datasets: &[(u8, u8, &[u8])]) -> Vec<u8> {
    datasets.iter().flat_map(|&(r, n, c)| Dataset::new(r, n, c.to_vec()).whole).collect()
}

fn fields_of(block: &[u8]) -> Fields {
    let mut resources = Resources::default();
    resources.put(IPTC, block);
    let mut fields = Fields::default();
    Iim::of(&resources, Encoding::default()).read(&mut fields);
    fields
}

#[test]
fn utf8_and_latin1_are_told_apart() {
    let utf8 = block(&[(1, 90, UTF8_MARK), (2, 90, "Đà Lạt".as_bytes())]);
    assert_eq!(fields_of(&utf8).get("city"), Some("Đà Lạt"));
    assert_eq!(fields_of(&block(&[(2, 90, b"Z\xFCrich")])).get("city"), Some("Zürich"));
    assert_eq!(fields_of(&block(&[(2, 90, "Zürich".as_bytes())])).get("city"), Some("Zürich"));
}

#[test]
fn changing_one_field_makes_all_of_a_latin1_block_utf8() {
    let mut iim = Iim::new(
        &block(&[(2, 0, VERSION), (2, 90, b"Z\xFCrich"), (7, 10, b"\xFF")]),
        Encoding::default(),
    );
    let mut fields = Fields::default();
    fields.set("byline", "김 “Kim” {1} 🦅", Origin::Set);
    let mut warnings = Vec::new();
    iim.put(&fields, &Dates::None, &mut warnings);
    assert_eq!(warnings, []);
    let mut resources = Resources::default();
    iim.store(&mut resources, true);
    let bytes = resources.find(IPTC).unwrap().to_vec();
    let read = fields_of(&bytes);
    assert_eq!((read.get("city"), read.get("byline")), (Some("Zürich"), Some("김 “Kim” {1} 🦅")));
    assert!(bytes.starts_with(b"\x1C\x01\x5A\0\x03\x1B%G\x1C\x02\0\0\x02\0\x04"));
    assert!(bytes.ends_with(b"\x1C\x07\x0A\0\x01\xFF"));
}

#[test]
fn a_block_in_windows_1252_stays_so_where_that_says_what_is_new() {
    let before = [(2, 0, VERSION), (2, 90, &b"Z\xFCrich \x96"[..]), (2, 116, b"\xA9 AFP")];
    let mut iim = Iim::new(&block(&before), Encoding::default());
    assert!(iim.guesses());
    assert_eq!(iim.texts(90), ["Zürich –"]);
    let mut fields = Fields::default();
    fields.set("byline", "Zoë “Kim”", Origin::Set);
    iim.put(&fields, &Dates::None, &mut Vec::new());
    let mut resources = Resources::default();
    iim.store(&mut resources, true);
    let expected = [&before[..], &[(2, 80, &b"Zo\xEB \x93Kim\x94"[..])]].concat();
    assert_eq!(resources.find(IPTC), Some(&block(&expected)[..]));
    let cyrillic =
        Iim::new(&block(&[(2, 90, b"\xCC\xEE\xF1\xEA\xE2\xE0")]), "windows-1251".parse().unwrap());
    assert_eq!((cyrillic.texts(90), cyrillic.guesses()), (vec!["Москва".to_owned()], false));
}

#[test]
fn dates_keep_what_is_not_known_and_have_no_time_without_a_zone() {
    let put = |before: &[(u8, u8, &[u8])], dates: Dates| {
        let mut iim = Iim::new(&block(before), Encoding::default());
        iim.put(&Fields::default(), &dates, &mut Vec::new());
        (iim.texts(DATE), iim.texts(TIME))
    };
    let when = |text: &str| crate::metadata::when::When::read(text).unwrap();
    let old: [(u8, u8, &[u8]); 2] = [(2, 55, b"20240228"), (2, 60, b"140322+0900")];
    let none: (Vec<String>, Vec<String>) = (vec![], vec![]);
    assert_eq!(put(&old, Dates::Taken), none);
    assert_eq!(put(&old, Dates::Known(when("1968"))).0, ["20240228"]);
    assert_eq!(put(&[], Dates::Known(when("1968-07"))), (vec!["19680700".to_owned()], vec![]));
    assert_eq!(put(&old, Dates::Given(when("2024-02-29 10:00"))).1, Vec::<String>::new());
    assert_eq!(put(&old, Dates::Given(when("2024-02-29T10:00-05:30"))).1, ["100000-0530"]);
}

#[test]
fn a_text_beyond_the_models_limit_is_cut_between_characters_and_said() {
    let mut fields = Fields::default();
    fields.set("byline", "김".repeat(11), Origin::Set);
    let (mut iim, mut warnings) = (Iim::default(), Vec::new());
    iim.put(&fields, &Dates::None, &mut warnings);
    assert_eq!(iim.texts(80)[0].chars().count(), 10);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn keywords_that_are_positions_go_and_the_others_stay() {
    let mut iim = Iim::new(
        &block(&[(2, 25, b"river"), (2, 25, b"geo:lat=41.80"), (2, 25, b"border")]),
        Encoding::default(),
    );
    assert_eq!(iim.take_out(Privacy::Field), BTreeSet::from([Removed::Position]));
    assert_eq!(iim.texts(25), ["river", "border"]);
}

#[test]
fn long_lengths_and_torn_ends_are_read_as_far_as_they_go() {
    let mut bytes = b"\x1C\x02\x78\x80\x04\0\0\0\x05hello".to_vec();
    bytes.extend(b"\x1C\x02\x5A\0\xFFshort");
    let iim = Iim::new(&bytes, Encoding::default());
    assert_eq!(iim.texts(120), ["hello"]);
    assert_eq!(iim.tail, b"\x1C\x02\x5A\0\xFFshort");
}
