//! Templates, variables, code replacements and names, as a user of the library sees them.

use longlens::error::{Error, ErrorKind};
use longlens::template::{CodeReplacements, Fields, Template, file_name};

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn afp() -> Fields {
    fields(&[
        ("city", "Chunggang"),
        ("country", "North Korea"),
        ("viewpoint", "Linjiang in China's Jilin province"),
        ("date", "2024:02:28 09:30:00"),
        ("byline", "Pedro Pardo"),
        ("credit", "AFP"),
        ("headline", "  "),
        ("filename", "PP_0001.NEF"),
        ("sequence", "7"),
    ])
}

fn render(source: &str) -> Result<String, Error> {
    Template::parse(source)?.render(&afp(), "PP_0001.NEF")
}

#[test]
fn only_the_frames_own_date_has_a_time() {
    let template = Template::parse("{{ date | date('%-d %B, %H:%M') }}").unwrap();
    let with_time = fields(&[("date", "2024-02-28"), ("time", "14:03:22")]);
    assert_eq!(template.render(&with_time, "a.jpg").unwrap(), "28 February, 14:03");
    let alone = template.render(&fields(&[("date", "2024-02-28")]), "a.jpg").unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::Caption);
    assert!(alone.message().contains("'%-d %B, %H:%M'"), "{alone}");
    let own = Template::parse("{{ embargo | date('%H:%M') }}").unwrap();
    let embargo =
        fields(&[("embargo", "2024-03-01"), ("date", "2024-02-28"), ("time", "14:03:22")]);
    assert!(own.render(&embargo, "a.jpg").is_err());
}

#[test]
fn the_agencys_caption() {
    let caption = "{{ city }}, {{ country }}, seen from {{ viewpoint }} · {{ date | date(\"%-d %B %Y\") }} · {{ byline }}/{{ credit }}";
    assert_eq!(
        render(caption).unwrap(),
        "Chunggang, North Korea, seen from Linjiang in China's Jilin province · 28 February 2024 · Pedro Pardo/AFP"
    );
}

#[test]
fn filters_and_if() {
    assert_eq!(render("{{ city | upper }} {{ credit|lower }}").unwrap(), "CHUNGGANG afp");
    assert_eq!(render("{{ province | default('Chagang') }}").unwrap(), "Chagang");
    assert_eq!(
        render("{% if headline %}{{ headline }}: {% endif %}{{ city }}").unwrap(),
        "Chunggang"
    );
    assert_eq!(render("{{ filename | stem }}").unwrap(), "PP_0001");
    assert_eq!(render("{{ city | replace('gang', 'g') }}").unwrap(), "Chungg");
}

#[test]
fn a_field_without_a_value_is_named_with_its_frame_and_the_nearest() {
    for (source, field) in [
        ("{{ city }},\n  {{ contry }}", "contry"),
        ("{{ headline }}", "headline"),
        ("{state}", "province"),
        ("{{ contry | upper }}", "contry"),
    ] {
        let error = render(source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Caption);
        assert_eq!(error.path().unwrap().to_str(), Some("PP_0001.NEF"));
        assert!(error.message().contains(&format!("'{field}'")), "{error}");
        assert!(error.hint().unwrap().contains("byline, city"), "{error:?}");
    }
    let error = render("{{ city }},\n  {{ contry }}").unwrap_err();
    assert!(error.message().contains("line 2, column 6"), "{error}");
    assert!(error.hint().unwrap().contains("did you mean 'country'"), "{error:?}");
}

#[test]
fn a_broken_template_says_where() {
    for (source, place) in [
        ("a {{ city", "line 1"),
        ("a\nb {{ city ! }}", "line 2, column 11"),
        ("{city}{{ date | dat }}", "line 1, column 17"),
        ("{% for x in y %}{% endfor %}", "line 1, column 1"),
        ("x {% set a = 1 %}", "line 1, column 3"),
        ("{{ 'a' * 100000000 }}", "line 1, column 8"),
        ("{% include 'x' %}", "line 1, column 1"),
    ] {
        let error = render(source).unwrap_err();
        assert!(error.message().contains(place), "{source:?}: {error}");
    }
    let error = render("{{ city | date }}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Caption);
    assert!(error.message().contains("'Chunggang'"), "{error}");
}

#[test]
fn values_are_data() {
    let evil = fields(&[("city", "{{ 7*7 }} {% if %} {credit} 100 % \"'\\pp\\")]);
    let text = Template::parse("{{ city }}").unwrap().render(&evil, "a.jpg").unwrap();
    assert_eq!(text, evil["city"]);
}

#[test]
fn plain_text_with_percent_signs_and_quotes_stays() {
    let text = "50 % of 'it' is \"here\" } { a b } {1} \\ \u{1F600}";
    assert_eq!(render(text).unwrap(), text);
    assert_eq!(render("{{ '{city}' }}").unwrap(), "{city}");
}

#[test]
fn templates_cannot_grow_without_bounds() {
    let grow = format!("{{{{ 'a'{} }}}}", "|replace('a','aaaaaaaaaaaaaaaaaaaa')".repeat(20));
    assert_eq!(render(&grow).unwrap_err().kind(), ErrorKind::Caption);
    let long = fields(&[("city", &"x".repeat(9000))]);
    let twice = Template::parse("{{ city }}{{ city }}").unwrap();
    let error = twice.render(&long, "a.jpg").unwrap_err();
    assert!(error.message().contains(&longlens::template::MOST_CHARACTERS.to_string()), "{error}");
    assert!(Template::parse(&"x".repeat(10_001)).is_err());
}

#[test]
fn photo_mechanics_variables() {
    let text = "{city}, {ctry}: {iptcmonthname} {iptcday}, {iptcyear4} {photographer} {filenamebase} {seqn} {datesort}";
    assert_eq!(
        render(text).unwrap(),
        "Chunggang, North Korea: February 28, 2024 Pedro Pardo PP_0001 7 20240228"
    );
}

#[test]
fn code_replacements_as_photo_mechanic_has_them() {
    let list = "\u{FEFF}// people\npp\tPedro Pardo\tPardo\r\n\nck\tChunggang\n";
    let codes = CodeReplacements::parse(list).unwrap();
    assert_eq!(
        codes.apply(r"\ck\, \pp\ and =pp#2=: \PP\ \x\ 1=2=3 \"),
        r"Chunggang, Pedro Pardo and Pardo: \PP\ \x\ 1=2=3 \"
    );
    assert_eq!(codes.apply(r"\pp#9\ \pp#0\"), r"\pp#9\ \pp#0\");
    let error = CodeReplacements::parse("a\tb\nno tab here\n").unwrap_err();
    assert!(error.message().contains("line 2"), "{error}");
    let error = CodeReplacements::parse("a\tb\na\tc\n").unwrap_err();
    assert!(error.message().contains("line 2"), "{error}");
}

#[test]
fn a_name_is_one_component_whatever_the_values_are() {
    let name = Template::parse("{{ date | date('%Y%m%d') }}-{{ filename | stem }}-{{ sequence }}")
        .unwrap();
    assert_eq!(name.render_name(&afp(), "x", ".jpg").unwrap(), "20240228-PP_0001-7.jpg");
    for evil in [
        "../../etc/passwd",
        "/abs",
        "..",
        "a/..",
        "C:\\x",
        "..\\..\\x",
        "nul",
        "COM1.txt",
        "a\0b",
        "a\nb",
        "\u{202E}gpj.exe",
        "-rf",
        "~",
        "a:b",
        "x\u{2215}y",
        " . ",
        "....",
        "con ",
        &"ü".repeat(400),
        "LPT9",
    ] {
        let template = Template::parse("{{ city }}").unwrap();
        let Ok(name) = template.render_name(&fields(&[("city", evil)]), "x", ".jpg") else {
            continue;
        };
        let path = std::path::Path::new(&name);
        assert_eq!(path.components().count(), 1, "{name}");
        assert_eq!(path.file_name().unwrap().to_str(), Some(name.as_str()));
        assert!(name.len() <= 255 && name.ends_with(".jpg") && !name.starts_with('.'), "{name}");
        assert!(!name.contains(['/', '\\', ':', '\0', '\n', '\u{202E}', '\u{2215}']), "{name}");
        assert!(
            !["con.jpg", "nul.jpg", "lpt9.jpg"].contains(&name.to_lowercase().as_str()),
            "{name}"
        );
    }
    assert_eq!(file_name(&"é".repeat(200), ".jpeg").unwrap().len(), 255);
    let empty = Template::parse("{{ city }}").unwrap();
    assert!(empty.render_name(&fields(&[("city", "...")]), "x", ".jpg").is_err());
}
