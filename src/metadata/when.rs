//! Dates and times: one reader for what EXIF, IPTC-IIM, XMP and people write, and one writer for each.
//!
//! A photograph's time is that of a clock somewhere, so its offset from UTC, the zone, is kept beside it
//! and never guessed. A date may be known in part: `1968`, `1968-07`. Forms: EXIF 2.32, 4.6.5
//! (DateTimeOriginal, OffsetTimeOriginal); IIM 4.2, 2:55 and 2:60; ISO 8601 as XMP Part 1, 8.2.1.1
//! restricts it.

use std::fmt;

use jiff::civil;

/// Minutes that a zone can be away from UTC; the furthest in use is +14:00.
const MOST_ZONE_MINUTES: i32 = 15 * 60;

/// A date as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

/// Minutes east of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone(i32);

/// A moment as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) date: Option<Date>,
    pub(crate) time: Option<civil::Time>,
    pub(crate) zone: Option<Zone>,
}

impl Date {
    /// The day, if it is known.
    pub(crate) fn day(self) -> Option<civil::Date> {
        civil::Date::new(self.year, self.month?, self.day?).ok()
    }

    /// The first day that it may be, and how it is written for people where no form is given.
    pub(crate) fn in_part(self) -> Option<(civil::Date, &'static str)> {
        let first = civil::Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        let form = match (self.month, self.day) {
            (Some(_), Some(_)) => "%-d %B %Y",
            (Some(_), None) => "%B %Y",
            (None, _) => "%Y",
        };
        Some((first.ok()?, form))
    }

    /// As IPTC-IIM writes it: what is not known is zero.
    pub(crate) fn iim(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month.unwrap_or(0), self.day.unwrap_or(0))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month.iter().chain(&self.day).try_for_each(|part| write!(f, "-{part:02}"))
    }
}

impl Zone {
    /// Minutes east of UTC.
    pub(crate) fn minutes(self) -> i32 {
        self.0
    }

    /// Reads `+09:00`, `+0900`, `+9` or `Z`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if matches!(text, "Z" | "z") {
            return Some(Self(0));
        }
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = match digits.split_once(':') {
            Some(parts) => parts,
            None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
            None => (digits, "0"),
        };
        let minutes = 60 * number(hours, 1..=2)? + number(minutes, 1..=2)?;
        (minutes <= MOST_ZONE_MINUTES).then_some(Self(sign * minutes))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

impl When {
    /// Reads a date, perhaps with a time behind it; none if there is anything else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = date(text)?;
        let rest = rest.trim_start_matches(['T', 't', ' ', ':']);
        if rest.is_empty() {
            return Some(Self { date: Some(date), ..Self::default() });
        }
        let (time, zone) = time(rest)?;
        Some(Self { date: Some(date), time: Some(time), zone })
    }

    /// The same from a block, which may have blanks, zeros or anything else behind the date.
    pub(crate) fn of_block(text: &str) -> Option<Self> {
        Self::read(text)
            .or_else(|| Some(Self { date: Some(date(text.trim())?.0), ..Self::default() }))
    }

    /// Whether day and time are known, without which EXIF has no date.
    pub(crate) fn exif(&self) -> Option<String> {
        let day = self.date?.day()?;
        Some(format!("{} {}", day.strftime("%Y:%m:%d"), self.time?.strftime("%H:%M:%S")))
    }

    /// The time as IPTC-IIM writes it, which has none without a zone.
    pub(crate) fn iim_time(&self) -> Option<String> {
        let zone = self.zone?.to_string().replace(':', "");
        Some(format!("{}{zone}", self.time?.strftime("%H%M%S")))
    }

    /// As XMP writes it.
    pub(crate) fn xmp(&self) -> Option<String> {
        let date = self.date?;
        let time = self.time.filter(|_| date.day().is_some());
        let zone = self.zone.map(|zone| zone.to_string()).unwrap_or_default();
        let time = time.map(|time| format!("T{}{zone}", time.strftime("%H:%M:%S")));
        Some(format!("{date}{}", time.unwrap_or_default()))
    }
}

/// Whether somebody wrote a field like a date or time of day, but none that there is: 2024-02-30, 25:10.
pub(crate) fn is_impossible(field: &str, text: &str) -> bool {
    let text = text.trim();
    let parts = |marks: &[char]| {
        let parts: Vec<&str> = text.split(marks).collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        parts.iter().all(digits).then(|| parts.iter().map(|part| part.len()).collect::<Vec<_>>())
    };
    match field {
        "date" => {
            let like = parts(&['-', ':', '/']);
            let is_like =
                like.is_some_and(|like| matches!(like[..], [4, 1..=2, 1..=2] | [4, 1..=2]));
            is_like && When::read(text).is_none()
        }
        "time" => {
            let like = parts(&[':']);
            let is_like = like.is_some_and(|like| matches!(like[..], [1..=2, 2] | [1..=2, 2, 2]));
            is_like && time(text).is_none()
        }
        _ => false,
    }
}

/// Reads a time of day with its zone: `14:03:22.5+09:00`, `140322Z`, `9:30`.
pub(crate) fn time(text: &str) -> Option<(civil::Time, Option<Zone>)> {
    let text = text.trim();
    let (clock, zone) = match text.find(['+', '-', 'Z', 'z']) {
        Some(at) => (&text[..at], Some(Zone::read(&text[at..])?)),
        None => (text, None),
    };
    let (clock, fraction) = clock.trim_end().split_once('.').unwrap_or((clock.trim_end(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(fraction) {
        return None;
    }
    let parts: Vec<&str> = match clock.contains(':') {
        true => clock.split(':').collect(),
        // Cut between bytes that are digits, or it is not a time.
        false if digits(clock) && matches!(clock.len(), 4 | 6) => {
            (0..clock.len()).step_by(2).map(|at| &clock[at..at + 2]).collect()
        }
        false => return None,
    };
    let part = |index: usize| number(parts.get(index).copied().unwrap_or("0"), 1..=2);
    let known = matches!(parts.len(), 2 | 3) && (parts[1].len() == 2);
    let whole = |n: i32| i8::try_from(n).ok();
    let (hour, minute, second) = (whole(part(0)?)?, whole(part(1)?)?, whole(part(2)?)?);
    // A leap second is the last of its minute.
    let time = civil::Time::new(hour, minute, second.min(59), 0).ok();
    time.filter(|_| known && second <= 60).map(|time| (time, zone))
}

/// A date at the start of a text, and what follows it.
fn date(text: &str) -> Option<(Date, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 8 {
        let (date, rest) = text.split_at(8);
        return Some((known(&date[..4], &date[4..6], &date[6..])?, rest));
    }
    if digits != 4 {
        return None;
    }
    let (year, mut rest) = text.split_at(4);
    let mut parts = ["", ""];
    for part in &mut parts {
        let Some(after) = rest.strip_prefix(['-', ':', '/']) else { break };
        let end = after.bytes().take(2).take_while(|b| b.is_ascii_digit() || *b == b' ').count();
        let ends = after.as_bytes().get(end).is_none_or(|b| !b.is_ascii_digit());
        if end == 0 || !ends {
            break;
        }
        (*part, rest) = after.split_at(end);
    }
    Some((known(year, parts[0], parts[1])?, rest))
}

/// A date of these parts, of which month and day may be blank or zero.
fn known(year: &str, month: &str, day: &str) -> Option<Date> {
    let part = |text: &str| match text.trim() {
        "" | "0" | "00" => Some(None),
        text => Some(Some(i8::try_from(number(text, 1..=2)?).ok()?)),
    };
    let year = i16::try_from(number(year, 4..=4)?).ok().filter(|year| *year > 0)?;
    let (month, day) = (part(month)?, part(day)?);
    let date = Date { year, month, day: day.filter(|_| month.is_some()) };
    date.in_part().map(|_| date)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let is = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xmp(text: &str) -> Option<String> {
        When::read(text)?.xmp()
    }

    #[test]
    fn every_form_of_a_moment_is_read_alike() {
        for text in [
            "2024:02:28 14:03:22+09:00",
            "20240228T140322+0900",
            " 2024-02-28T14:03:22.53+09:00 ",
            "2024/2/28 14:03:22 +09",
        ] {
            assert_eq!(xmp(text).as_deref(), Some("2024-02-28T14:03:22+09:00"), "{text}");
        }
        let when = When::read("2024-02-28T14:03Z").unwrap();
        assert_eq!(when.exif().as_deref(), Some("2024:02:28 14:03:00"));
        assert_eq!(when.iim_time().as_deref(), Some("140300+0000"));
        assert_eq!(When::read("2024-02-28 09:30").unwrap().iim_time(), None, "no zone, no guess");
    }

    #[test]
    fn dates_known_in_part_stay_so() {
        for (text, written, iim) in [
            ("1968", "1968", "19680000"),
            ("1968-07", "1968-07", "19680700"),
            ("1968:07", "1968-07", "19680700"),
            ("19680700", "1968-07", "19680700"),
            ("1968:00:00", "1968", "19680000"),
            ("1968:07:  ", "1968-07", "19680700"),
        ] {
            let when = When::read(text).unwrap();
            assert_eq!((when.xmp().as_deref(), when.exif()), (Some(written), None), "{text}");
            assert_eq!(when.date.map(Date::iim).as_deref(), Some(iim), "{text}");
        }
    }

    #[test]
    fn what_is_like_a_date_and_is_none_is_a_slip() {
        for text in ["2024-02-30", "2023:02:29", "2024-13-01", "2024-13"] {
            assert!(is_impossible("date", text), "{text}");
        }
        for text in
            ["2024-02-29", "28 February 2024", "1968", "1968-07", "28-02-2024", "spring 1968"]
        {
            assert!(!is_impossible("date", text), "{text}");
        }
        assert!(is_impossible("time", "25:10") && is_impossible("time", "12:60:00"));
        assert!(!is_impossible("time", "noon") && !is_impossible("time", "9:30"));
        assert!(!is_impossible("headline", "2024-02-30"));
    }

    #[test]
    fn what_is_no_date_or_time_is_none() {
        for text in [
            "28 February 2024",
            "28.02.2024",
            "10.11.1201",
            "2023-02-29",
            "0000:00:00",
            "2024-13-01",
            "",
            "yesterday",
            "é024-02-28",
            "2024-02-28 noon",
            "202402",
            "2024-022-1",
        ] {
            assert_eq!(When::read(text), None, "{text}");
        }
        for text in ["930", "9", "24:10", "half past nine", "9.30", "", "09:30:", "09:3", "9:30+99"]
        {
            assert_eq!(time(text), None, "{text}");
        }
        for text in ["9:30", "0930", "093000", "09:30:00.5"] {
            assert_eq!(
                time(text).map(|(time, _)| time.to_string()).as_deref(),
                Some("09:30:00"),
                "{text}"
            );
        }
        let blanks = When::of_block("2024:02:28   :  :  ").unwrap();
        assert_eq!((blanks.time, blanks.xmp().as_deref()), (None, Some("2024-02-28")));
    }
}
