//! What longlens promises of a photographer's work, each with a test that would fail if it were not
//! so. Every bad file is made here; the program is run as users run it.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests fail by panic and say skips")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests make the files that longlens has to cope with"
)]

mod bench;

mod captioned;
mod damage;
mod environment;
mod interrupted;
mod mutated;
mod names;
mod orders;
mod resumed;
