//! Numbers that look like chance and are the same in every run.

/// A hash of a place: every bit of it changes with every bit of its arguments.
///
/// xxHash's primes mix the place; two rounds of shifting and multiplying spread it.
pub(crate) fn noise(x: u32, y: u32, salt: u32) -> u32 {
    let mut h =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ salt.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^ (h >> 15)
}
