//! From a camera's colours to those of sRGB.
//!
//! A camera's matrix converts CIE XYZ to its own colours. With one matrix, that of daylight, the white balance
//! is assumed to account for the whole difference of the light: the matrix is scaled so that balanced white is
//! white. A DNG with two or three has a matrix for each light; they are interpolated for the light of the
//! photograph (DNG 1.7, chapter 6), and white is adapted to that of sRGB (Bradford).

use flashraw::{ColorMatrices, ColorMatrix, RawFrame};
use moxcms::{Matrix3d, Vector3d, Xyz, adaption_matrix_d};

/// From linear sRGB to CIE XYZ, white D65 (IEC 61966-2-1).
const SRGB_TO_XYZ: Matrix3d = Matrix3d {
    v: [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ],
};
/// White of sRGB, and of the space that forward matrices lead to.
const D65: Xyz = Xyz { x: 0.950_47, y: 1.0, z: 1.088_83 };
const D50: Xyz = Xyz { x: 0.964_22, y: 1.0, z: 0.825_21 };
/// What an unknown camera is taken to be: the mean of five cameras of three makers (Canon 1Ds Mark III, 6D
/// and R5, Nikon D7100, Sony A55), whose rows were scaled to white.
const ANY_CAMERA: Matrix3d =
    Matrix3d { v: [[0.623, 0.299, 0.078], [0.055, 0.738, 0.207], [0.012, 0.212, 0.776]] };

/// From balanced camera colours to linear sRGB, and whether the camera is known.
pub(super) struct Matrix {
    pub(super) rows: [[f32; 3]; 3],
    pub(super) is_known: bool,
}

/// The matrix of a frame; `balance` are the multipliers that its white was made white with.
pub(super) fn matrix(frame: &RawFrame, balance: [f32; 3]) -> Matrix {
    let found = of_lights(&frame.color_matrices, balance).or_else(|| {
        let one = frame.color_matrices.preferred()?;
        to_srgb(three(one)?.mat_mul(SRGB_TO_XYZ))
    });
    let is_known = found.is_some();
    let matrix = found.or_else(|| to_srgb(ANY_CAMERA)).unwrap_or(Matrix3d::IDENTITY);
    Matrix { rows: matrix.v.map(|row| row.map(|number| number as f32)), is_known }
}

fn three(matrix: &ColorMatrix) -> Option<Matrix3d> {
    let values: &[f32; 9] = matrix.values.as_slice().try_into().ok()?;
    let row = |r: usize| [0, 1, 2].map(|c| f64::from(values[3 * r + c]));
    Some(Matrix3d { v: [row(0), row(1), row(2)] })
}

/// The inverse of what a camera sees of sRGB, its white made white.
fn to_srgb(seen: Matrix3d) -> Option<Matrix3d> {
    let rows = seen.v.map(|row| {
        let sum: f64 = row.iter().sum();
        row.map(|number| number / sum)
    });
    let seen = Matrix3d { v: rows };
    // The inverse of one that has none would be no matrix at all.
    seen.determinant().filter(|size| size.abs() > 1e-3).and_then(|_| sound(seen.inverse()))
}

/// A matrix that keeps white and does not blow colours up beyond what cameras need.
fn sound(matrix: Matrix3d) -> Option<Matrix3d> {
    /// The greatest number of a camera's matrix; those of real ones are below 4.
    const MOST: f64 = 8.0;
    let numbers = matrix.v.as_flattened();
    numbers.iter().all(|number| number.abs() < MOST).then_some(matrix)
}

/// The matrix from two or three lights.
fn of_lights(matrices: &ColorMatrices, balance: [f32; 3]) -> Option<Matrix3d> {
    let [first, .., last] = matrices.color.as_slice() else { return None };
    let (mut warm, mut cold) = (0, matrices.color.len() - 1);
    let kelvin = |of: &ColorMatrix| of.illuminant.temperature().map(f64::from);
    if kelvin(first)? > kelvin(last)? {
        std::mem::swap(&mut warm, &mut cold);
    }
    let lights = [kelvin(&matrices.color[warm])?, kelvin(&matrices.color[cold])?];
    let neutral = Vector3d { v: balance.map(|factor| 1.0 / f64::from(factor)) };
    let gains = match matrices.analog_balance.as_slice() {
        [r, g, b, ..] => diagonal([*r, *g, *b].map(f64::from)),
        _ => Matrix3d::IDENTITY,
    };
    let between = |of: &[ColorMatrix], share: f64| {
        let [warm, cold] = [three(of.get(warm)?)?, three(of.get(cold)?)?];
        let mean = |r: usize, c: usize| (1.0 - share) * warm.v[r][c] + share * cold.v[r][c];
        Some(Matrix3d { v: [0, 1, 2].map(|r| [0, 1, 2].map(|c| mean(r, c))) })
    };
    // The light is what makes the camera's neutral white; which matrix says so depends on the light.
    let mut share = 0.5;
    let (mut to_xyz, mut white) = (Matrix3d::IDENTITY, D50);
    for _ in 0..20 {
        let own = between(&matrices.calibration, share).unwrap_or(Matrix3d::IDENTITY);
        let seen = gains.mat_mul(own).mat_mul(between(&matrices.color, share)?);
        to_xyz = seen.inverse();
        let [x, y, z] = to_xyz.mul_vector(neutral).v;
        white = Xyz { x: (x / y) as f32, y: 1.0, z: (z / y) as f32 };
        let kelvin = temperature(x / (x + y + z), y / (x + y + z))?;
        let inverse = |kelvin: f64| 1.0 / kelvin;
        let range = inverse(lights[1]) - inverse(lights[0]);
        let next = ((inverse(kelvin) - inverse(lights[0])) / range).clamp(0.0, 1.0);
        let done = (next - share).abs() < 1e-4;
        share = next;
        if done {
            break;
        }
    }
    let from_xyz = SRGB_TO_XYZ.inverse();
    let matrix = match between(&matrices.forward, share) {
        Some(forward) => from_xyz.mat_mul(adaption_matrix_d(D50, D65)).mat_mul(forward),
        None => from_xyz
            .mat_mul(adaption_matrix_d(white, D65))
            .mat_mul(to_xyz)
            .mat_mul(diagonal(neutral.v)),
    };
    // Balanced white is white: what is left are roundings, and the scale.
    let rows = matrix.v.map(|row| {
        let sum: f64 = row.iter().sum();
        row.map(|number| number / sum)
    });
    sound(Matrix3d { v: rows })
}

fn diagonal([a, b, c]: [f64; 3]) -> Matrix3d {
    Matrix3d { v: [[a, 0.0, 0.0], [0.0, b, 0.0], [0.0, 0.0, c]] }
}

/// The temperature of light of these chromaticities (McCamy 1992).
fn temperature(x: f64, y: f64) -> Option<f64> {
    let n = (x - 0.3320) / (0.1858 - y);
    let kelvin = 449.0 * n.powi(3) + 3525.0 * n.powi(2) + 6823.3 * n + 5520.33;
    (1000.0..50_000.0).contains(&kelvin).then_some(kelvin)
}

#[cfg(test)]
mod tests {
    use flashraw::Illuminant;

    use super::*;

    /// What a camera sees of XYZ under daylight, and by candles.
    const COLD: [f32; 9] = [0.70, -0.08, -0.10, -0.44, 1.26, 0.21, -0.09, 0.20, 0.58];
    const WARM: [f32; 9] = [0.75, -0.14, -0.09, -0.38, 1.15, 0.27, -0.03, 0.12, 0.64];
    const WHITE: Vector3d = Vector3d { v: [0.950_47, 1.0, 1.088_83] };

    fn of(light: u16, values: [f32; 9]) -> ColorMatrix {
        ColorMatrix { illuminant: Illuminant(light), rows: 3, values: values.to_vec() }
    }

    fn far(a: Matrix3d, b: Matrix3d) -> f64 {
        let pairs = a.v.as_flattened().iter().zip(b.v.as_flattened());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn a_camera_that_sees_srgb_needs_no_matrix_however_sensitive_it_is() {
        let seen = SRGB_TO_XYZ.inverse().mat_mul(SRGB_TO_XYZ);
        for sensitive in [[1.0; 3], [0.4, 1.0, 0.7]] {
            let matrix = to_srgb(diagonal(sensitive).mat_mul(seen)).unwrap();
            assert!(far(matrix, Matrix3d::IDENTITY) < 1e-6, "{matrix:?}");
        }
    }

    #[test]
    fn a_matrix_that_cannot_be_turned_round_is_none() {
        let flat = Matrix3d { v: [[1.0, 1.0, 1.0]; 3] };
        assert!(to_srgb(flat).is_none());
        let nearly = Matrix3d { v: [[1.0, 0.0, 0.0], [0.95, 0.05, 0.0], [0.0, 0.0, 1.0]] };
        assert!(to_srgb(nearly).is_none(), "its inverse has numbers far above those of cameras");
    }

    #[test]
    fn of_two_lights_that_of_the_photograph_counts() {
        let cold = three(&of(21, COLD)).unwrap();
        let neutral = cold.mul_vector(WHITE).v;
        let balance = neutral.map(|seen| (1.0 / seen) as f32);
        let alone = to_srgb(cold.mat_mul(SRGB_TO_XYZ)).unwrap();
        let two = |color| ColorMatrices { color, ..ColorMatrices::default() };
        for color in [vec![of(17, WARM), of(21, COLD)], vec![of(21, COLD), of(17, WARM)]] {
            let matrix = of_lights(&two(color), balance).unwrap();
            assert!(far(matrix, alone) < 0.02, "{matrix:?}, not {alone:?}");
        }
        // Under warm light it is another, and white stays white.
        let warm = three(&of(17, WARM)).unwrap();
        let neutral = warm.mul_vector(Vector3d { v: [1.098_5, 1.0, 0.355_8] }).v;
        let balance = neutral.map(|seen| (1.0 / seen) as f32);
        let matrix = of_lights(&two(vec![of(17, WARM), of(21, COLD)]), balance).unwrap();
        assert!(far(matrix, alone) > 0.05);
        let sums = matrix.v.map(|row| row.iter().sum::<f64>());
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-9), "{sums:?}");
        assert!(of_lights(&two(vec![of(21, COLD)]), balance).is_none(), "one light is no choice");
    }

    #[test]
    fn the_temperature_of_light_is_that_of_its_colour() {
        let near = |x, y, kelvin: f64| (temperature(x, y).unwrap() - kelvin).abs() < 30.0;
        assert!(near(0.3127, 0.3290, 6504.0) && near(0.4476, 0.4074, 2856.0));
        assert_eq!(temperature(0.3320, 0.1858), None);
    }
}
