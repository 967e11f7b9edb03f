//! How much haze `auto` takes out: is there haze, and how much of it?
//!
//! A logistic gate on the [`Evidence`] times an amount. The gate was fitted on photographs with free
//! licences, with and without haze laid on them (`training/` has the script that lays them and prints
//! [`TABLE`]); no frame that the picture is judged with is among them. The amount is near 45 whatever the
//! haze, for that is what an eye wants on most hazy frames, and grows where little is left to see.

use super::Amount;
use super::evidence::Evidence;
use super::measure::smoothstep;

/// One measure of the gate: the range it is kept to, and its weight.
struct Weighed {
    measure: fn(&Evidence) -> f32,
    range: (f32, f32),
    weight: f32,
}

const fn weighed(measure: fn(&Evidence) -> f32, least: f32, greatest: f32, weight: f32) -> Weighed {
    Weighed { measure, range: (least, greatest), weight }
}

/// Sum of the gate where every measure is 0.
const BIAS: f32 = -3.5667;
/// The gate's measures.
const TABLE: [Weighed; 20] = [
    weighed(|e| e.veil_by_sky, 0.0004598, 0.8333, 7.681),
    weighed(|e| e.heavily_veiled, 0.0, 0.9857, -4.373),
    weighed(|e| e.fine_with_veil, -0.87, 0.6149, 1.228),
    weighed(|e| e.blown, 0.0, 0.7959, -4.653),
    weighed(|e| e.dense, 0.0, 0.9979, -0.4654),
    weighed(|e| e.above_veil, 0.02401, 0.4088, -9.948),
    weighed(|e| e.saturation_middle, 0.0, 0.8797, -1.854),
    weighed(|e| e.clear_row, 0.0, 0.8726, 2.564),
    weighed(|e| e.flat, 0.004224, 0.7375, -4.521),
    weighed(|e| e.pale_row, 0.0, 0.8471, 2.592),
    weighed(|e| e.veil_with_row, -0.9501, 0.7868, -2.032),
    weighed(|e| e.fine, 0.0117, 0.176, -16.34),
    weighed(|e| e.veil_spread, 0.003813, 0.3315, 13.48),
    weighed(|e| e.least_veil, 0.0001559, 0.4605, 8.484),
    weighed(|e| e.contrast_by_sky, 0.006174, 0.2858, 21.37),
    weighed(|e| e.fine_top, 0.004037, 0.1585, -24.95),
    weighed(|e| e.fine_behind_veil, 0.0, 0.2458, -17.54),
    weighed(|e| e.flat_behind_veil, 0.0, 0.7885, -3.362),
    weighed(|e| e.contrast, 0.01427, 0.2926, 8.219),
    weighed(|e| e.veiled, 0.0, 0.9915, 1.197),
];
/// Sum at which haze begins to be believed, and at which it is.
const GATE: (f32, f32) = (-0.9, 0.9);
/// Amount of a hazy frame whose land has the mean spread of luma, what a unit more of it takes away, and that
/// mean: a narrow range is dense haze.
const AMOUNT: (f32, f32, f32) = (45.0, -150.0, 0.135);
/// Least and greatest amount of a hazy frame.
const AMOUNTS: (f32, f32) = (15.0, 90.0);

/// Standard deviation of the land's luma: below the first it is a wall or a plain sky with nothing behind
/// the haze, from the second on a scene. Hazy frames have 0.045 and more.
const SCENE: (f32, f32) = (0.01, 0.03);

/// How sure it is that there is haze, 0..1.
pub(super) fn gate(evidence: &Evidence) -> f32 {
    let terms = TABLE.iter().map(|t| t.weight * (t.measure)(evidence).clamp(t.range.0, t.range.1));
    smoothstep(GATE, BIAS + terms.sum::<f32>()) * smoothstep(SCENE, evidence.luma_spread)
}

/// The strength that suits the scene.
pub(super) fn judge(evidence: &Evidence) -> f32 {
    let (base, slope, mean) = AMOUNT;
    let amount = base + slope * (evidence.luma_spread - mean);
    Amount::Fixed(gate(evidence) * amount.clamp(AMOUNTS.0, AMOUNTS.1)).strength(0.0)
}
