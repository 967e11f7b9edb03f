//! Files made byte by byte, for what no encoder writes.

/// Whether these bytes occur anywhere in those.
pub(crate) fn occurs(needle: &[u8], bytes: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

/// CRC-32 as in ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| {
            (c >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(c & 1))
        })
    })
}

/// A PNG chunk with its checksum.
pub(crate) fn png_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&kind[..], body].concat();
    let length = (body.len() as u32).to_be_bytes();
    [&length[..], &named, &crc32(&named).to_be_bytes()].concat()
}

/// A PNG of 8 bits a sample with these chunks between header and end; `colour` as in its header:
/// 2 is RGB, 3 a palette.
pub(crate) fn png(size: [u32; 2], colour: u8, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let header = [&size.map(u32::to_be_bytes).concat()[..], &[8, colour, 0, 0, 0]].concat();
    let all = [(b"IHDR", &header[..])].into_iter().chain(chunks.iter().copied());
    let chunks = all.chain([(b"IEND", &[][..])]).flat_map(|(kind, body)| png_chunk(kind, body));
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(chunks).collect()
}

/// A PNG with these chunks put in behind its header.
pub(crate) fn with_chunks(mut png: Vec<u8>, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    // The signature has 8 bytes, the header 25.
    png.splice(33..33, chunks.iter().flat_map(|(kind, body)| png_chunk(kind, body)));
    png
}

/// A little-endian TIFF of one table of long values, some bytes of samples behind it.
pub(crate) fn tiff(entries: &[(u16, u32)]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([4, 0, 1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend([9; 4096]);
    bytes
}

/// A JPEG whose header claims another size than its samples have.
pub(crate) fn claiming(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let at = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}
