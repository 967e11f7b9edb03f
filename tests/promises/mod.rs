//! What longlens promises of a photographer's work, each with a test that would fail if it were not
//! so. Every bad file is made here; the program is run as users run it.

mod captioned;
mod damage;
mod environment;
mod interrupted;
mod mutated;
mod names;
mod orders;
mod planned;
mod resumed;
mod slips;
