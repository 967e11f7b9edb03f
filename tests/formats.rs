//! The format room from outside: what goes in comes out, what is broken is refused, what is hostile
//! is refused fast. All inputs are made here.

mod formats {
    pub(crate) mod make;

    mod hostile;
    mod jpeg;
    mod lossless;
    mod planes;
}
