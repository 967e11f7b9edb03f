use image::{ImageBuffer, Luma, Rgb};

use super::*;

/// A picture of waves that a resampling can follow: no detail below 7 px.
fn waves(size: Size) -> ImageBuffer<Rgb<u16>, Vec<u16>> {
    ImageBuffer::from_fn(size.width, size.height, |x, y| {
        let wave = |fx: f64, fy: f64| (f64::from(x) * fx + f64::from(y) * fy).sin();
        let value = |a: f64| (32768.0 + 20000.0 * a) as u16;
        Rgb([value(wave(0.8, 0.3)), value(wave(0.2, -0.6)), value(wave(0.05, 0.02))])
    })
}

#[test]
fn angles_are_read_and_others_refused() {
    for (text, angle) in [("0", 0.0), ("-1.5", -1.5), ("+2°", 2.0), ("off", 0.0), ("−45", -45.0)]
    {
        assert_eq!(text.parse::<Angle>().unwrap().0, angle, "{text}");
    }
    for text in ["46", "-45.1", "left", "NaN", "", "inf"] {
        assert!(text.parse::<Angle>().is_err(), "{text}");
    }
}

#[test]
fn what_is_left_has_no_empty_corner_and_the_shape_of_the_frame() {
    for frame in
        [Size::new(600, 400), Size::new(400, 600), Size::new(500, 500), Size::new(2000, 90)]
    {
        for degrees in [-45.0, -5.0, 0.3, 12.0, 44.0] {
            let placed = Placed::inside(frame, degrees);
            let corner = |x: f64, y: f64| {
                let back = Placed { degrees: -degrees, size: frame, centre: (0.0, 0.0) };
                back.follow(placed.size, (x, y))
            };
            let (width, height) = (f64::from(placed.size.width), f64::from(placed.size.height));
            for (x, y) in [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)] {
                let (x, y) = corner(x, y);
                assert!(
                    (-1e-6..=f64::from(frame.width) + 1e-6).contains(&x),
                    "{frame} {degrees}: {x}"
                );
                assert!(
                    (-1e-6..=f64::from(frame.height) + 1e-6).contains(&y),
                    "{frame} {degrees}: {y}"
                );
            }
            // To the pixel.
            let of_shape = width * f64::from(frame.height) / f64::from(frame.width);
            assert!((of_shape - height).abs() < 1.5, "{frame} {degrees}: {}", placed.size);
        }
    }
    assert_eq!(Placed::inside(Size::new(600, 400), 0.0).size, Size::new(600, 400));
}

#[test]
fn turned_there_and_back_it_is_the_same_picture() {
    let size = Size::new(240, 180);
    let frame = Frame::new(Pixels::Rgb16(waves(size)));
    let pool = Pool::default();
    let there = Placed::inside(size, 7.0).turned(frame.clone(), &pool).unwrap();
    let back = Placed { degrees: -7.0, size: Size::new(120, 90), centre: (0.0, 0.0) };
    let back = back.turned(there, &pool).unwrap();
    let (Pixels::Rgb16(before), Pixels::Rgb16(after)) = (&frame.pixels, &back.pixels) else {
        panic!("another kind");
    };
    let mut worst = 0;
    for (x, y, pixel) in after.enumerate_pixels() {
        for c in 0..3 {
            worst = worst.max(before[(x + 60, y + 45)][c].abs_diff(pixel[c]));
        }
    }
    // Of 40,000 from crest to trough.
    assert!(worst < 400, "{worst}");
}

#[test]
fn clockwise_is_clockwise_and_plain_stays_plain() {
    let mut picture = ImageBuffer::from_pixel(101, 101, Luma([40_u8]));
    // A mark to the right of the centre goes down.
    (0..3).for_each(|dx| (0..3).for_each(|dy| picture.put_pixel(89 + dx, 49 + dy, Luma([250]))));
    let frame = Frame::new(Pixels::Gray8(picture));
    let placed = Placed { degrees: 30.0, size: Size::new(101, 101), centre: (0.0, 0.0) };
    let (x, y) = placed.follow(frame.size(), (90.5, 50.5));
    assert!(y > 70.0 && x > 84.0, "{x}, {y}");
    let Pixels::Gray8(turned) = placed.turned(frame, &Pool::default()).unwrap().pixels else {
        panic!("another kind");
    };
    assert!(turned.get_pixel(x as u32, y as u32).0[0] > 200);
    assert_eq!(turned.get_pixel(20, 50).0, [40]);
    assert_eq!(turned.get_pixel(50, 20).0, [40]);
}
