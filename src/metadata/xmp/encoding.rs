//! Packets in UTF-16 and UTF-32, and with stray bytes of Windows-1252, rewritten in UTF-8.
//!
//! XMP Specification Part 1 (ISO 16684-1:2019), 7.3: a packet may be in any of them, and its first
//! bytes tell which: a byte order mark, or the zeros beside its first `<`.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// The packet in UTF-8. One that is so already, or is not text at all, stays as it is.
pub(in crate::metadata) fn in_utf8(packet: &[u8]) -> Cow<'_, [u8]> {
    match decoded(packet) {
        Some(text) => Cow::Owned(without_declaration(&text).to_owned().into_bytes()),
        None if guesses(packet) => Cow::Owned(mended(packet).into_bytes()),
        None => Cow::Borrowed(packet),
    }
}

/// Whether single bytes of a packet that is UTF-8 otherwise can only be read by a guess.
pub(in crate::metadata) fn guesses(packet: &[u8]) -> bool {
    let begins = packet.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    begins && !packet.contains(&0) && std::str::from_utf8(packet).is_err()
}

/// The packet with its stray bytes as Windows-1252 has them.
fn mended(packet: &[u8]) -> String {
    let mut text = String::with_capacity(packet.len());
    for chunk in packet.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

fn decoded(packet: &[u8]) -> Option<String> {
    match *packet.get(..4)? {
        [0, 0, 0xFE, 0xFF] | [0, 0, 0, b'<'] => utf_32(packet, u32::from_be_bytes),
        [0xFF, 0xFE, 0, 0] | [b'<', 0, 0, 0] => utf_32(packet, u32::from_le_bytes),
        [0xFE, 0xFF, ..] | [0, b'<', ..] => utf_16(packet, u16::from_be_bytes),
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => utf_16(packet, u16::from_le_bytes),
        _ => None,
    }
}

fn utf_16(packet: &[u8], number: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = packet.as_chunks();
    let text = char::decode_utf16(pairs.iter().map(|&pair| number(pair))).collect::<Result<_, _>>();
    text.ok().filter(|_| is_padding(rest))
}

fn utf_32(packet: &[u8], number: fn([u8; 4]) -> u32) -> Option<String> {
    let (fours, rest) = packet.as_chunks();
    let text = fours.iter().map(|&four| char::from_u32(number(four))).collect::<Option<_>>();
    text.filter(|_| is_padding(rest))
}

/// Whether what is too short for a character is nothing but padding.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|&byte| byte == 0)
}

/// The text without a mark and an XML declaration before it, which would name the old encoding.
fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{FEFF}');
    match text.strip_prefix("<?xml ").and_then(|declaration| declaration.split_once("?>")) {
        Some((_, packet)) => packet,
        None => text,
    }
}
