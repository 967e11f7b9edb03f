//! The dates to be written: those that the user gave, or those of the frame.

use super::blocks::Blocks;
use super::dates::Dates;
use super::fields::Fields;
use super::iptc::Iim;
use super::photoshop::Resources;
use super::text::Encoding;
use super::when::{When, Zone, time};
use super::{exif, xmp};
use crate::error::Warning;

impl Dates {
    /// What is ordered, from the fields and from what the blocks say; what cannot be read is reported.
    pub(super) fn of(
        fields: &Fields,
        blocks: &Blocks,
        encoding: Encoding,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        if fields.is_taken("date") {
            return Self::Taken;
        }
        let mut given = |name: &str, like: &str, is: &dyn Fn(&str) -> bool| {
            let text = fields.get(name).filter(|_| fields.is_given(name))?;
            if !is(text) {
                warnings.push(Warning::Other(format!(
                    "'{text}' is not a {name} such as {like}, so it is not written to the metadata"
                )));
            }
            is(text).then_some(text)
        };
        let date = given("date", "2024-02-28", &|text| When::read(text).is_some());
        let date = date.and_then(When::read);
        let clock = given("time", "14:03:22", &|text| time(text).is_some()).and_then(time);
        let zone = given("zone", "+09:00", &|text| Zone::read(text).is_some()).and_then(Zone::read);
        let [no_time, no_zone] = ["time", "zone"].map(|name| fields.is_taken(name));
        if date.is_none() && clock.is_none() && zone.is_none() && !no_time && !no_zone {
            let known = Fields::read(blocks, "", encoding).0.when();
            let known = if fields.is_given("date") { known } else { fields.when() };
            return known.date.map_or(Self::None, |_| Self::Known(known));
        }
        let own = own(blocks, encoding);
        let date = date.and_then(|when| when.date).or(own.date);
        let time = clock.map(|(time, _)| time).or(own.time);
        let has_day = date.and_then(|date| date.day()).is_some();
        let unwritten = match (clock, zone) {
            _ if has_day => None,
            (Some(_), _) => Some("time"),
            (None, zone) => zone.map(|_| "zone"),
        };
        if let Some(name) = unwritten {
            let why = if date.is_some() {
                "the frame's date has no day"
            } else {
                "the frame has no date"
            };
            warnings.push(Warning::Other(format!("the {name} is not written: {why}")));
        }
        let whole = has_day && !no_time;
        let of_block = own.zone.filter(|_| !no_zone);
        let zone = zone.or(clock.and_then(|(_, zone)| zone)).or(of_block);
        match date {
            Some(_) if whole => {
                Self::Given(When { date, time, zone: zone.filter(|_| time.is_some()) })
            }
            Some(_) => Self::Given(When { date, ..When::default() }),
            None => Self::None,
        }
    }
}

/// The clock of the camera, which is EXIF's; its zone may be known to another block that has the same
/// clock.
fn own(blocks: &Blocks, encoding: Encoding) -> When {
    let resources = Resources::new(blocks.photoshop.as_deref().unwrap_or_default());
    let all = [
        blocks.exif.as_deref().and_then(exif::when),
        blocks.xmp.as_deref().and_then(xmp::when),
        Iim::of(&resources, encoding).when(),
    ];
    let known = || all.iter().flatten();
    let Some(first) = known().find(|when| when.time.is_some()).or_else(|| known().next()) else {
        return When::default();
    };
    let same = known().filter(|when| when.time == first.time && when.date == first.date);
    When { zone: same.filter_map(|when| when.zone).next(), ..*first }
}
