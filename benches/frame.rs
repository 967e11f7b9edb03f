//! A whole frame compared with its codec alone: `cargo bench --bench frame`.
//!
//! The codec alone is the same decoder and encoder with a crop between them, in reused buffers.

#![allow(clippy::print_stdout, reason = "a measuring program prints what it measures")]
#![allow(clippy::unwrap_used, reason = "a measuring program may stop")]

mod measure;

use longlens::develop::{Means, Prepared, Workers};
use longlens::format::{BandEncoder, Decoding, Threads, decode_as_stored};
use longlens::frame::{Frame, Pool};
use longlens::measure::{camera_jpeg, least_ms};
use longlens::metadata::Blocks;
use longlens::recipe::Recipe;
use longlens::stage::caption::Typesetter;
use measure::{CAPTION, CROP, ENCODING, FRAME};

fn main() {
    let file = camera_jpeg(&Frame::specimen(FRAME)).unwrap();
    measure::opening(
        "frame: bytes in to bytes out, least of 9 runs",
        &format!(
            "a drawn frame of {FRAME} px, {:.1} MB as JPEG, crop {CROP}",
            file.len() as f64 / 1e6
        ),
    );
    let mut plain = Recipe::default();
    plain.set("crop", CROP).unwrap();
    let mut whole = plain.clone();
    whole.set("caption", CAPTION).unwrap();
    plain.set("dehaze", "off").unwrap();
    plain.set("sharpen", "off").unwrap();
    let codec = way(&file, &plain, Workers::One);
    println!("decode, crop, encode                {codec:8.1} ms");
    let one = way(&file, &whole, Workers::One);
    println!("whole frame, one thread             {one:8.1} ms = {:.2} of the codec", one / codec);
    let all = way(&file, &whole, Workers::All);
    println!("whole frame, all cores              {all:8.1} ms = {:.2} of one thread", all / one);
}

fn way(file: &[u8], recipe: &Recipe, workers: Workers) -> f64 {
    let pool = Pool::default();
    let typesetter = Typesetter::open(&recipe.caption).unwrap();
    let means = Means { pool: &pool, workers, survey: None };
    let threads = if workers == Workers::One { Threads::One } else { Threads::All };
    let mut out = Vec::new();
    least_ms(9, || {
        let decoded = decode_as_stored(file, &Decoding::default(), &pool).unwrap();
        let prepared = Prepared::new(FRAME, recipe, &typesetter).unwrap();
        let (size, like) = (prepared.size(), &decoded.frame);
        let encoder = BandEncoder::new(size, like, &ENCODING, threads).unwrap();
        prepared.develop_into(decoded.frame, means, &encoder).unwrap();
        encoder.finish(&Blocks::default(), &mut out).unwrap();
    })
}
