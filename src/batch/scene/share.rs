//! What the frames of a scene share: values that they agree on, at the exposure and the time of each.

use super::line::Line;
use crate::stage::dehaze::{NUMBERS, SharedHaze};

/// What one frame brings into its scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// What its own survey says.
    pub(super) own: SharedHaze,
    /// Seconds, if its camera says when it was taken.
    pub(super) seconds: Option<f64>,
    /// Its exposure in stops, if its camera says so.
    pub(super) exposure_ev: Option<f64>,
}

/// The number whose spread decides whether exposure counts: green of the airlight.
const GREEN: usize = 1;

/// What each of the frames takes, in their order, which does not change the values.
pub(super) fn shared(frames: &[Share]) -> Vec<SharedHaze> {
    let all: Option<Vec<f64>> = frames.iter().map(|frame| frame.seconds).collect();
    let seconds = all.unwrap_or_else(|| vec![0.0; frames.len()]);
    let exposures: Option<Vec<f64>> = frames.iter().map(|frame| frame.exposure_ev).collect();
    let stops: Vec<[f64; NUMBERS]> = frames.iter().map(|frame| frame.own.stops()).collect();
    let points = |number: usize, exposures: Option<&[f64]>| {
        let value = |i: usize| stops[i][number] - exposures.map_or(0.0, |ev| ev[i]);
        let mut points: Vec<(f64, f64)> =
            (0..frames.len()).map(|i| (seconds[i], value(i))).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        points
    };
    // A camera that meters follows the light: then its exposure explains nothing.
    let exposures = exposures.filter(|exposures| {
        let strays = |exposures: Option<&[f64]>| {
            let points = points(GREEN, exposures);
            Line::through(&points).strays(&points)
        };
        strays(Some(exposures)) <= strays(None)
    });
    let of = |number: usize| exposures.as_deref().filter(|_| SharedHaze::is_light(number));
    let lines: Vec<Line> =
        (0..NUMBERS).map(|number| Line::through(&points(number, of(number)))).collect();
    let at = |i: usize| {
        SharedHaze::of_stops(&std::array::from_fn(|number| {
            lines[number].at(seconds[i]) + of(number).map_or(0.0, |exposures| exposures[i])
        }))
    };
    (0..frames.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::SmallPicture;
    use crate::frame::{Plane, Size, linear};
    use crate::stage::dehaze::survey;

    fn haze(airlight: f32, strength: f32) -> SharedHaze {
        let grey = Plane::filled(Size::new(16, 16), 0.5);
        let plain = survey(&SmallPicture::of([grey.clone(), grey.clone(), grey]));
        SharedHaze { airlight: [airlight; 3], strength, ..plain.shared() }
    }

    fn share(own: SharedHaze, seconds: f64, exposure_ev: f64) -> Share {
        Share { own, seconds: Some(seconds), exposure_ev: Some(exposure_ev) }
    }

    #[test]
    fn one_frame_among_five_has_no_say_and_order_does_not_count() {
        let mut frames: Vec<Share> = [0.70, 0.71, 0.95, 0.70, 0.69]
            .into_iter()
            .enumerate()
            .map(|(i, air)| share(haze(air, air), i as f64 / 10.0, 0.0))
            .collect();
        let [first, .., last] = &shared(&frames)[..] else { panic!("five") };
        assert_eq!(first, last);
        assert!((first.airlight[0] - 0.70).abs() < 1e-5 && (first.strength - 0.70).abs() < 1e-6);
        let before = *first;
        frames.reverse();
        assert_eq!(shared(&frames)[0], before);
    }

    #[test]
    fn light_follows_the_exposure_of_a_bracket() {
        let dark = crate::frame::encoded(linear(0.8) / 4.0) as f32;
        let frames = [
            share(haze(0.8, 1.0), 0.0, 7.0),
            share(haze(dark, 1.0), 0.2, 5.0),
            share(haze(0.8, 1.0), 0.4, 7.0),
        ];
        let all = shared(&frames);
        assert!((all[0].airlight[0] - 0.8).abs() < 1e-4, "{all:?}");
        assert!((all[1].airlight[0] - dark).abs() < 1e-4, "{all:?}");
        assert_eq!((all[0].strength, all[1].strength), (1.0, 1.0));
    }

    #[test]
    fn a_camera_that_meters_failing_light_is_taken_as_it_shows() {
        let frames: Vec<Share> = (0..20)
            .map(|i| share(haze(0.8, 1.0), f64::from(i) * 60.0, f64::from(i * i) / 40.0))
            .collect();
        assert!(shared(&frames).iter().all(|haze| (haze.airlight[0] - 0.8).abs() < 1e-4));
    }
}
