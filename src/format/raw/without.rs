//! Replaces [`sensor`](super::sensor) in a build without it.

use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Decoding, Header, Limits};
use crate::frame::{Pixels, Pool};

pub(super) const IS_BUILT: bool = false;

fn refusal() -> Error {
    let message = "this longlens was built without the decoder of sensor data";
    Error::new(ErrorKind::Unsupported, message).with_hint(
        "build it with 'cargo install longlens --features raw', or use the JPEG inside with --raw embedded",
    )
}

pub(super) fn probe(_: &[u8], _: &Limits) -> Result<Header> {
    Err(refusal())
}

pub(super) fn decode(
    _: &[u8],
    _: &Header,
    _: &Decoding,
    _: &Pool,
) -> Result<(Pixels, Vec<Warning>)> {
    Err(refusal())
}
