//! Settings printed, read and refused.

use super::*;

#[test]
fn every_setting_prints_what_it_reads() {
    let mut recipe = Recipe::default();
    for (name, value) in [
        ("dehaze", "-35"),
        ("haze-colour", "1.3"),
        ("scene", "event"),
        ("haze-from", "DSC_0001.JPG"),
        ("sharpen", "off"),
        ("sharpen-method", "deconvolve"),
        ("crop", "3000x2000+800+600"),
        ("anchor", "southwest"),
        ("long-edge", "2048"),
        ("caption", "{{ city }} \"quoted\"\nsecond line"),
        ("caption-style", "strip"),
        ("caption-anchor", "northeast"),
        ("caption-size", "3.5"),
        ("font", "a font.ttf"),
        ("logo", "logo.png"),
        ("format", "png"),
        ("quality", "77"),
        ("subsampling", "422"),
        ("max-bytes", "800kB"),
        ("name", "{{ date }}-{{ filename }}"),
        ("privacy", "bare"),
        ("write-metadata", "yes"),
        ("profile", "srgb"),
    ] {
        let before = recipe.get(name).unwrap();
        assert_ne!(before, value, "{name}: the test has to change it");
        recipe.set(name, value).unwrap();
        assert_eq!(recipe.get(name).unwrap(), value, "{name}");
    }
    let mut again = Recipe::default();
    for setting in SETTINGS {
        again.set(setting.name, &recipe.get(setting.name).unwrap()).unwrap();
    }
    assert_eq!(again, recipe);
}

#[test]
fn an_unknown_name_is_told_the_nearest() {
    let error = Recipe::default().set("dehase", "5").unwrap_err();
    assert_eq!(error.hint(), Some("did you mean 'dehaze'?"));
    let error = Recipe::default().set("quality", "500").unwrap_err();
    assert_eq!(error.to_string(), "quality: '500' is out of range");
    assert_eq!(error.hint(), Some("use a whole number from 1 to 100"));
    let error = Recipe::default().set("long-edge", "1200mm").unwrap_err();
    assert_eq!(error.to_string(), "long-edge: '1200mm' is not a whole number");
}

#[test]
fn values_are_read_as_people_type_them() {
    for (name, typed, printed) in [
        ("format", "JPG", "jpeg"),
        ("format", "tif", "tiff"),
        ("anchor", "Centre", "center"),
        ("anchor", "top-left", "northwest"),
        ("caption-anchor", "bottom", "south"),
        ("caption-anchor", "SW", "southwest"),
        ("subsampling", "4:2:0", "420"),
        ("long-edge", "1200px", "1200"),
        ("write-metadata", "true", "yes"),
        ("profile", "sRGB", "srgb"),
        ("dehaze", "Auto", "auto"),
        ("sharpen", "none", "off"),
        ("crop", "OFF", "off"),
        ("quality", "85%", "85"),
        ("max-bytes", "1.5 mb", "1500kB"),
        ("max-bytes", "1MiB", "1048576"),
    ] {
        let mut recipe = Recipe::default();
        recipe.set(name, typed).unwrap();
        assert_eq!(recipe.get(name).unwrap(), printed, "{name} = {typed}");
    }
}
