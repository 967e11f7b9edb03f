//! Each sharpener beside itself: a row comes out the same whatever rows are made with it, at every level.

use super::*;
use crate::frame::Size;

/// A picture of luma with edges, flat parts and noise, from black to white (Marsaglia, "Xorshift RNGs",
/// 2003).
fn luma<L: Lane>(size: Size) -> Vec<L> {
    let mut state = 0x2545_F491_u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as f32 / 64.0
    };
    let level = |i: u32| match (i % size.width / 11 + i / size.width / 7) % 4 {
        0 => 0.0,
        1 => 60.0,
        2 => 190.0,
        _ => 251.0,
    };
    (0..size.area() as u32).map(|i| L::from_f32((level(i) + noise()) * L::UNIT)).collect()
}

/// What is added to the whole picture, so many rows at a time.
fn changes<L: Lane>(
    sharpener: Sharpener,
    level: Level,
    luma: &[L],
    size: Size,
    at_once: usize,
) -> Vec<L> {
    let (width, height, reach) = (size.width as usize, size.height as usize, sharpener.reach());
    let mut sharpening = sharpener.begin(width);
    let len = (width + 2 * reach).next_multiple_of(BLOCK) + BLOCK;
    let mut ring = Ring::new(height + 2 * reach, || Row::filled(L::default(), len));
    for y in 0..height + 2 * reach {
        let from = y.saturating_sub(reach).min(height - 1) * width;
        for (x, lane) in ring.row_mut(y).iter_mut().enumerate() {
            *lane = luma[from + x.saturating_sub(reach).min(width - 1)];
        }
    }
    let gains = vec![1.5; width.next_multiple_of(BLOCK)];
    let mut change = vec![L::default(); width.next_multiple_of(BLOCK)];
    let mut made = Vec::new();
    for first in (0..height).step_by(at_once) {
        let rows = first..height.min(first + at_once);
        sharpening.take(level, &ring, rows.clone());
        for y in rows {
            sharpening.change(level, &ring, y, &gains, &mut change);
            made.extend_from_slice(&change[..width]);
        }
    }
    made
}

fn every_way_is_the_same<L: Lane + PartialEq>(method: Method, size: Size) {
    let sharpen = Sharpen { amount: Some(70.0), method };
    let sharpener = Sharpener::new(&sharpen, 0.5, 255.0).unwrap();
    let luma = luma::<L>(size);
    let most = sharpener.rows_at_once();
    let right = changes(sharpener, Level::baseline(), &luma, size, most);
    assert!(right.iter().any(|change| *change != L::default()), "{size}: something is sharpened");
    for at_once in [1, most.min(17), most] {
        let made = changes(sharpener, Level::new(), &luma, size, at_once);
        assert!(made == right, "{method} of {size}, {at_once} rows at once");
    }
}

#[test]
fn a_row_is_the_same_alone_and_in_a_block() {
    for size in [(97, 83), (5, 70), (64, 9)].map(|(width, height)| Size::new(width, height)) {
        for method in [Method::Unsharp, Method::Deconvolve] {
            every_way_is_the_same::<i16>(method, size);
            every_way_is_the_same::<f32>(method, size);
        }
    }
}

#[test]
fn the_mask_of_rows_is_the_plain_mask_of_each_pixel() {
    let (size, gain) = (Size::new(97, 31), 1.5);
    let unsharp = Unsharp::new(70.0, 0.5, 255.0);
    let luma = luma::<i16>(size);
    let made = changes(Sharpener::Unsharp(unsharp), Level::new(), &luma, size, 1);
    for (i, change) in made.into_iter().enumerate() {
        let (x, y) = (i % 97, i / 97);
        let near = |at: usize, step: usize, end: usize| (at + step).saturating_sub(2).min(end - 1);
        let columns = std::array::from_fn(|dx| {
            std::array::from_fn(|dy| luma[near(y, dy, 31) * 97 + near(x, dx, 97)])
        });
        assert_eq!(change, unsharp.plainly(columns, gain), "{x} {y}");
    }
}
