//! A hash that tells whether two files are the same: XXH64 with seed 0.
//!
//! Yann Collet, "xxHash fast digest algorithm", format description 0.1.1 (2016), XXH64. Four lanes
//! of 8 bytes, so it costs about 1 ms for 10 MB: nothing beside developing a frame. It finds what
//! chance and carelessness change; it is no seal against forgery.

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

fn round(lane: u64, input: u64) -> u64 {
    lane.wrapping_add(input.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

fn merge(sum: u64, lane: u64) -> u64 {
    (sum ^ round(0, lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3])
}

/// XXH64 of these bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut sum = if stripes.is_empty() { PRIMES[4] } else { lanes(stripes) };
    sum = sum.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        sum ^= round(0, u64::from_le_bytes(*word));
        sum = sum.rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
    }
    let (halves, rest) = rest.as_chunks::<4>();
    for half in halves {
        sum ^= u64::from(u32::from_le_bytes(*half)).wrapping_mul(PRIMES[0]);
        sum = sum.rotate_left(23).wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
    }
    for &byte in rest {
        sum ^= u64::from(byte).wrapping_mul(PRIMES[4]);
        sum = sum.rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    sum = (sum ^ (sum >> 33)).wrapping_mul(PRIMES[1]);
    sum = (sum ^ (sum >> 29)).wrapping_mul(PRIMES[2]);
    sum ^ (sum >> 32)
}

fn lanes(stripes: &[[u8; 32]]) -> u64 {
    let [mut a, mut b, mut c, mut d] =
        [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, 0_u64.wrapping_sub(PRIMES[0])];
    for stripe in stripes {
        let word = |i: usize| {
            let word = stripe.as_chunks::<8>().0[i];
            u64::from_le_bytes(word)
        };
        (a, b, c, d) = (round(a, word(0)), round(b, word(1)), round(c, word(2)), round(d, word(3)));
    }
    let sum = a
        .rotate_left(1)
        .wrapping_add(b.rotate_left(7))
        .wrapping_add(c.rotate_left(12))
        .wrapping_add(d.rotate_left(18));
    [a, b, c, d].into_iter().fold(sum, merge)
}

/// A hash as the journal has it.
pub(super) fn digits(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn it_is_the_hash_that_it_says_it_is() {
        // From the reference implementation (xxhsum -H1).
        assert_eq!(hash(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(hash(b"a"), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(hash(b"abc"), 0x44BC_2CF5_AD77_0999);
        let long = b"Nobody inspects the spammish repetition";
        assert_eq!(hash(long), 0xFBCE_A83C_8A37_8BF1);
    }

    #[test]
    fn every_byte_and_every_length_counts() {
        let bytes: Vec<u8> = (0..200_u8).collect();
        let mut seen = std::collections::HashSet::new();
        for length in 0..=bytes.len() {
            assert!(seen.insert(hash(&bytes[..length])), "{length}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(seen.insert(hash(&changed)), "{at}");
        }
    }
}
