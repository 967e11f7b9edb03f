//! The one switch over the kinds of samples: code for a frame is written once, and compiled for grey and RGB, 8
//! and 16 bits.

/// `each_kind!(view, View(picture) => f(picture))` does the same with whatever kind `view` is of;
/// `each_kind!(view, View(picture) => Pixels: f(picture))` makes the same kind of another enum of it.
macro_rules! each_kind {
    ($of:expr, $from:ident($kind:pat) => $to:ident: $make:expr) => {
        match $of {
            $from::Gray8($kind) => $to::Gray8($make),
            $from::Gray16($kind) => $to::Gray16($make),
            $from::Rgb8($kind) => $to::Rgb8($make),
            $from::Rgb16($kind) => $to::Rgb16($make),
        }
    };
    ($of:expr, $from:ident($kind:pat) => $use:expr) => {
        match $of {
            $from::Gray8($kind) => $use,
            $from::Gray16($kind) => $use,
            $from::Rgb8($kind) => $use,
            $from::Rgb16($kind) => $use,
        }
    };
}

pub(crate) use each_kind;
