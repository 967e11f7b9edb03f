//! A hash that tells whether two files are the same: XXH3 in 64 bits, with seed 0.
//!
//! Yann Collet, "xxHash fast digest algorithm", format description 0.2.0 (2023). 0.3 ms for the 9 MB of a 24 MP
//! frame's original and output, where XXH64 takes 1.3. It detects accidental changes; it does not protect
//! against forgery.

use twox_hash::XxHash3_64;

/// XXH3 of these bytes, 64 bits.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// A hash as the journal has it.
pub(in crate::batch) fn digits(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn it_is_the_hash_that_it_says_it_is() {
        // From the reference implementation (xxhsum -H3).
        assert_eq!(hash(b""), 0x2D06_8005_38D3_94C2);
        assert_eq!(hash(b"a"), 0xE6C6_32B6_1E96_4E1F);
        assert_eq!(hash(b"abc"), 0x78AF_5F94_892F_3950);
        assert_eq!(hash(b"Nobody inspects the spammish repetition"), 0x6CB0_0603_B5CC_47E9);
        assert_eq!(hash(&[0; 3000]), 0x4003_401F_1261_8456);
    }
}
