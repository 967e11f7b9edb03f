//! How much haze `auto` removes: whether there is haze, and how much.
//!
//! A logistic gate on the [`Evidence`] times an amount. The gate was fitted on photographs with free licences,
//! with and without haze laid on them (`training/` has the script that lays them and prints [`TABLE`]); no
//! frame that the picture is judged with is among them. The amount is near 45 whatever the haze, for that looks
//! best on most hazy frames, and grows where little is left to see.

use super::Amount;
use super::evidence::Evidence;
use super::measure::smoothstep;

/// A measure, the range it is kept to, and its weight.
struct Weighed {
    measure: fn(&Evidence) -> f32,
    range: (f32, f32),
    weight: f32,
}

const fn weighed(measure: fn(&Evidence) -> f32, least: f32, greatest: f32, weight: f32) -> Weighed {
    Weighed { measure, range: (least, greatest), weight }
}

/// Sum of the gate where every measure is 0.
const BIAS: f32 = 0.5987 + 16.0 * 1.1;
/// The gate's measures.
const TABLE: [Weighed; 26] = [
    weighed(|e| e.veil_by_sky, 0.001396, 0.861, 7.853),
    weighed(|e| e.dense, 0.0, 0.998, -2.671),
    weighed(|e| e.pale, 0.0, 0.783, -8.019),
    weighed(|e| e.veil_middle, 0.008951, 0.9071, 4.202),
    weighed(|e| e.blown, 0.0, 0.7677, -5.632),
    weighed(|e| e.contrast_with_veil, -0.9312, 0.7061, 1.264),
    weighed(|e| e.smooth, 0.00931, 0.7342, -5.922),
    weighed(|e| e.fine_behind_veil, 0.0, 0.267, -9.888),
    weighed(|e| e.densest, 0.0, 0.7538, 2.311),
    weighed(|e| e.veil_with_row, -0.9478, 0.7761, -1.596),
    weighed(|e| e.colour_with_veil, -0.8827, 0.4852, -1.297),
    weighed(|e| e.saturation, 4.233e-8, 0.7019, -7.303),
    weighed(|e| e.luma_near, 0.08226, 0.964, 3.55),
    weighed(|e| e.contrast_by_sky, 0.006989, 0.2469, 21.68),
    weighed(|e| e.fine_far, 0.002583, 0.1691, -12.85),
    weighed(|e| e.brightest, 0.4867, 1.481, -4.571),
    weighed(|e| e.spread, 0.01513, 0.3712, 9.781),
    weighed(|e| e.fine, 0.00804, 0.156, -51.34),
    weighed(|e| e.small_veil, 0.00915, 0.3602, -5.944),
    weighed(|e| e.dark, 0.0001418, 0.8938, -3.287),
    // Set by hand: fitted to drawn dust alone it is 2.3, and real dust is not seen.
    weighed(|e| e.dusty_sky, 0.0, 1.0, 5.8),
    // By hand as well: what the drawn scenes and the free photographs have too little of.
    weighed(|e| e.far_band, 0.0, 1.0, 3.6),
    weighed(|e| e.skylines, 1.1, 1.35, -16.0),
    weighed(|e| e.one_veil, 0.0, 1.0, -6.0),
    weighed(|e| e.pale_before, 0.0, 1.0, -5.0),
    // With 1.2 an even haze that leaves 70 % is seen on 128 of 207 clear photographs, 91 without; one more of the
    // photographs themselves passes for hazy. With 2.2: 149, and two more.
    weighed(|e| e.lifted, 0.0, 1.0, 1.2),
];
/// Sum at which haze begins to be believed, and at which it is.
const GATE: (f32, f32) = (-0.1, 0.65);
/// The amount of a hazy frame where all measures of [`AMOUNT`] are 0.
const BASE: f32 = 47.2 - 47.02 * 0.1374 - 68.4 * 0.02492 + 168.0 * 0.02802 - 39.25 * 0.02976;
/// What the amount follows, amounts a unit: more where the land is pale or the haze yellow, less where the
/// land at the sky alone is veiled, more where the far third has dark things in it. With the base five
/// numbers, set on hazy frames whose amount an eye chose (37 of 44 within the range that it would take, with
/// each left out in turn as well; 45 for every frame: 34).
const AMOUNT: [Weighed; 4] = [
    weighed(|e| e.pale_land, 0.0, 0.7889, 47.02),
    weighed(|e| e.yellow, 0.0, 0.2, 68.4),
    weighed(|e| e.veiled_by_sky, 0.0, 0.09914, -168.0),
    weighed(|e| e.dark_far, 0.0, 0.9347, 39.25),
];
/// Least and greatest amount of a hazy frame.
const AMOUNTS: (f32, f32) = (15.0, 90.0);

/// Standard deviation of the land's luma: below the first it is a wall or a plain sky with nothing behind
/// the haze, from the second on a scene. Hazy frames have 0.045 and more.
const SCENE: (f32, f32) = (0.01, 0.03);

/// Share of the frame that is sharp: below the first it is a drawn gradient, or out of focus; from the second on a
/// scene. A car in dense fog has 0.0066, all other hazy frames have 0.05 and more.
const SHARP: (f32, f32) = (0.0005, 0.003);

/// Sum of the measures, each kept to its range, by their weights.
fn weigh(table: &[Weighed], evidence: &Evidence) -> f32 {
    let term = |t: &Weighed| t.weight * (t.measure)(evidence).clamp(t.range.0, t.range.1);
    table.iter().map(term).sum()
}

/// How sure it is that there is haze, 0..1.
pub(super) fn gate(evidence: &Evidence) -> f32 {
    let believed = smoothstep(GATE, BIAS + weigh(&TABLE, evidence));
    believed * smoothstep(SCENE, evidence.luma_spread) * smoothstep(SHARP, evidence.sharp)
}

/// The strength that suits the scene.
pub(super) fn judge(evidence: &Evidence) -> f32 {
    let amount = (BASE + weigh(&AMOUNT, evidence)).clamp(AMOUNTS.0, AMOUNTS.1);
    Amount::Fixed(gate(evidence) * amount).strength(0.0)
}
