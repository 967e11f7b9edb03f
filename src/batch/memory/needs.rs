//! How much memory a frame needs: the sum of what its codecs and stages state, calculated from its header and
//! recipe before anything is allocated.

use crate::develop;
use crate::error::Result;
use crate::format::Header;
use crate::metadata::Profile;
use crate::recipe::Recipe;
use crate::stage::crop::Shape;
use crate::stage::turn::Placed;

/// Bytes that a frame takes while it is developed into outputs of these recipes, beside its file.
///
/// # Errors
/// If the crop of one misses the frame.
pub(in crate::batch) fn needed_bytes(header: &Header, recipes: &[&Recipe]) -> Result<u64> {
    if let [recipe] = recipes {
        return needed_alone_bytes(header, recipe);
    }
    let Header { size, channels, depth_bits, .. } = *header;
    let (mut most, mut swept, mut files) = (0, 0, 0);
    for recipe in recipes {
        let format = recipe.output.format.or_same(header.format);
        let develop = develop::Needs::of(size, channels, depth_bits, recipe)?;
        let encoded = format.encode_bytes(develop.frame_bytes, recipe.output.coding);
        // Samples stay that were decoded, or swept for all, while each is made.
        let whole = develop.frame_bytes + encoded;
        most = most.max(needed_alone_bytes(header, recipe)? + whole);
        swept = swept.max(develop.swept_bytes);
        // Its small frame waits with those of the others.
        files += encoded + develop.small_bytes;
    }
    // What is turned for one output is a copy of what the others are made of.
    let copied =
        if recipes.iter().any(|recipe| may_turn(recipe)) { header.decode_bytes } else { 0 };
    Ok(most + swept + files + copied)
}

/// Whether the frame may be turned for an output of this recipe.
fn may_turn(recipe: &Recipe) -> bool {
    recipe.turn.is_wanted() || recipe.crop.shape == Some(Shape::Sidecar)
}

/// Bytes that a frame with one output takes while it is developed, beside its file.
///
/// # Errors
/// If the crop misses the frame.
fn needed_alone_bytes(header: &Header, recipe: &Recipe) -> Result<u64> {
    let Header { size, channels, depth_bits, .. } = *header;
    let develop = develop::Needs::of(size, channels, depth_bits, recipe)?;
    // Colours are converted pixel by pixel: a JPEG's planes are joined.
    let joined = match recipe.metadata.profile {
        Profile::Srgb => header.joining_bytes(),
        Profile::Keep => 0,
    };
    // What may be turned is made a frame, and another one of it.
    let turned = match may_turn(recipe) {
        true => header.joining_bytes() + Placed::bytes(size, channels, depth_bits),
        false => 0,
    };
    let developed = header.decode_bytes + turned + joined.max(develop.working_bytes);
    let format = recipe.output.format.or_same(header.format);
    let coding = recipe.output.coding;
    let (finished, encoded) =
        (develop.frame_bytes, format.encode_bytes(develop.frame_bytes, coding));
    Ok(match format.in_bands() {
        // The frame is kept whole, to be encoded again, and one file while the next is made.
        true if recipe.output.max_bytes.is_some() => developed + finished + 2 * encoded,
        true => developed + encoded,
        // The frame that the finished one was made of is gone by then.
        false => finished + developed.max(encoded),
    })
}
