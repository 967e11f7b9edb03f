use super::*;
pub(super) fn probe(_: &[u8], _: &Limits) -> Result<Header> { Err(Error::new(ErrorKind::Unsupported, "soon")) }
pub(super) fn decode(_: &[u8], _: Header, _: &Decoding, _: &Pool) -> Result<Decoded> { Err(Error::new(ErrorKind::Unsupported, "soon")) }
pub(super) fn encode(_: &Frame, _: &Blocks, _: &mut Vec<u8>) -> Result<Vec<Warning>> { Err(Error::new(ErrorKind::Unsupported, "soon")) }
