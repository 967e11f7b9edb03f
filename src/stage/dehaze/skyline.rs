//! What lies right below the sky: a far band in haze, behind something near and dark.
//!
//! Most figures of the evidence are means over the frame, so near objects decide for far ones. These are taken
//! in each column where land begins below sky: haze is thickest there, whatever is in front of it. Clouds,
//! walls and snow also end at a sky, but seldom with all that [`Skyline::far_band`] asks for.

use super::evidence::{Seen, e};
use super::measure::{Mean, smoothstep};
use crate::frame::Plane;

/// How far below the sky the band reaches, and how far above the land the sky beside it; shares of the
/// long side at which the weight is 1/e.
const BAND: f32 = 0.05;
const ABOVE: f32 = 0.04;
/// Where the land that lies nearer is looked at: distance below the sky, and how far around it.
const LOWER: (f32, f32) = (0.15, 0.08);
/// Height of the sky above, share of the long side: none up to the first, enough from the second on.
const SKY_ABOVE: (f32, f32) = (0.01, 0.06);
/// A veil from the first to the second makes land veiled; up to the first of the others it is clear.
const VEILED: (f32, f32) = (0.25, 0.5);
pub(super) const CLEAR: (f32, f32) = (0.15, 0.4);
/// Clear land below a veiled pixel and above it, shares of the height: the first makes it lie behind
/// something, the second before it.
const BEHIND: (f32, f32) = (0.01, 0.12);
const BEFORE: (f32, f32) = (0.01, 0.06);

// What a far band must be; set by hand, checked on clear photographs.
/// Veiled land behind something, share of the skyline.
const WIDE: (f32, f32) = (0.25, 0.45);
/// By how much its luma is below that of the sky at it.
const STEP: (f32, f32) = (0.02, 0.07);
/// How much less veil there is farther down.
const THINNING: (f32, f32) = (0.1, 0.25);
/// Luma of the sky at it: it is day.
const DAY: (f32, f32) = (0.5, 0.7);
/// Its saturation (the airlight as white), its fine contrast and its luma as shares of the airlight's
/// luma, the saturation of the airlight: no more than this.
const COLOURED: (f32, f32) = (0.09, 0.16);
const DETAILED: (f32, f32) = (0.10, 0.14);
const PALE: (f32, f32) = (0.82, 0.90);
const BLUE_SKY: (f32, f32) = (0.20, 0.27);

/// What the skyline shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skyline {
    /// A band of haze at it, behind something clear. 0..1.
    pub(super) far_band: f32,
    /// How many there are in a column, on average.
    pub(super) count: f32,
}

/// Looks along the skyline; `fine` is the fine contrast of luma.
pub(super) fn skyline(seen: &Seen<'_>, air_luma: f32, fine: &Plane) -> Skyline {
    let size = seen.luma.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let long = size.long_side() as f32;
    let nothing = seen.nothing();
    let (sky, veil) = (seen.sky.values(), seen.depth.judged.values());
    let clear = |i: usize| (1.0 - sky[i]) * (1.0 - smoothstep(CLEAR, veil[i]));

    let mut clear_below = vec![0.0; width * height];
    let mut at_land = vec![0.0; width * height];
    let mut columns = vec![(0.0, None); width];
    for y in (0..height).rev() {
        for (x, (below, land)) in columns.iter_mut().enumerate() {
            let i = y * width + x;
            *below += clear(i) / height as f32;
            clear_below[i] = *below;
            if sky[i] < 0.5 {
                *land = Some(y);
            } else if let Some(land) = land {
                let apart = (*land - y) as f32 / long / ABOVE;
                at_land[i] = sky[i] * e(-apart * apart);
            }
        }
    }

    let [mut band_veil, mut lower_veil, mut above, mut luma, mut coloured, mut detailed, mut pale] =
        [Mean::default(); 7];
    let (mut skyline, mut behind) = (0.0, 0.0);
    let mut columns = vec![(None, 0, 0.0); width];
    for y in 0..height {
        for (x, (last, rows, clear_above)) in columns.iter_mut().enumerate() {
            let i = y * width + x;
            *clear_above += clear(i) / height as f32;
            above.add(seen.luma.values()[i], at_land[i]);
            if sky[i] > 0.5 {
                (*last, *rows) = (Some(y), *rows + 1);
                continue;
            }
            let Some(last) = *last else { continue };
            let land = (1.0 - sky[i]) * smoothstep(SKY_ABOVE, *rows as f32 / long);
            let down = (y - last) as f32 / long;
            if down > LOWER.1 {
                let apart = (down - LOWER.0) / LOWER.1;
                lower_veil.add(veil[i], land * e(-apart * apart));
            }
            let apart = down / BAND;
            let band = land * e(-apart * apart);
            let veiled = band * smoothstep(VEILED, veil[i]);
            skyline += band;
            behind += veiled
                * smoothstep(BEHIND, clear_below[i])
                * (1.0 - smoothstep(BEFORE, *clear_above));
            band_veil.add(veil[i], band);
            luma.add(seen.luma.values()[i], veiled);
            coloured.add(seen.saturation(i), veiled);
            detailed.add(fine.values()[i] / air_luma, veiled);
            pale.add(seen.luma.values()[i] / air_luma, veiled);
        }
    }

    let columns = width as f32 * long * BAND;
    let [band_veil, lower_veil, above, luma, coloured, detailed, pale] =
        [band_veil, lower_veil, above, luma, coloured, detailed, pale]
            .map(|mean| mean.over(nothing));
    let [red, green, blue] = seen.airlight;
    let blue_sky = 1.0 - red.min(green).min(blue) / red.max(green).max(blue).max(1e-3);
    let far_band = smoothstep(WIDE, behind / columns)
        * smoothstep(STEP, above - luma)
        * smoothstep(THINNING, band_veil - lower_veil)
        * smoothstep(DAY, above)
        * (1.0 - smoothstep(COLOURED, coloured))
        * (1.0 - smoothstep(DETAILED, detailed))
        * (1.0 - smoothstep(PALE, pale))
        * (1.0 - smoothstep(BLUE_SKY, blue_sky));
    Skyline { far_band, count: skyline / columns }
}

#[cfg(test)]
mod tests {
    use super::super::survey;
    use crate::filter::SmallPicture;
    use crate::frame::{Plane, Size};

    /// A pale sky, below it land of this luma, then water, and dark trees in front.
    fn lake(far_land: f32) -> SmallPicture {
        let size = Size::new(256, 171);
        let mut luma = Plane::filled(size, 0.0);
        for (i, value) in luma.values_mut().iter_mut().enumerate() {
            let (x, y) = (i % 256, i / 256);
            let texture = ((x * 7 + y * 13) % 17) as f32 / 100.0;
            let tree = x > 220 || y > 110;
            *value = match y {
                _ if tree && y > 40 => 0.05 + texture,
                ..60 => 0.85,
                60..80 => far_land + texture / 8.0,
                _ => far_land - 0.15 + texture / 4.0,
            };
        }
        SmallPicture::of([luma.clone(), luma.clone(), luma])
    }

    #[test]
    fn haze_behind_something_near_and_dark_is_seen() {
        let hazy = survey(&lake(0.70)).haze;
        assert!(hazy.evidence.far_band > 0.6, "{}", hazy.evidence.far_band);
        assert!(hazy.auto_strength > 0.5, "{}", hazy.auto_strength);
        let clear = survey(&lake(0.25)).haze.evidence.far_band;
        assert!(clear < 0.1, "{clear}");
    }
}
