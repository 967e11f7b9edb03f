//! Draws a border scene through known haze, for tests of dehazing.
//!
//! ```sh
//! cargo run --release --example border_scene -- FOLDER --beta 0.2
//! ```
//!
//! Writes `hazy.png`, `clear.png` and `depth.png` to FOLDER. `depth.png` is 16-bit grey in metres; the
//! sky is at 40 km. Haze is laid on encoded samples, `I = J·t + A·(1 − t)` with `t = exp(−β·d)`.

mod scene;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use scene::{Haze, Scene};

/// Draws a border scene through known haze: hazy.png, clear.png, depth.png (16 bit, metres).
#[derive(Debug, Parser)]
struct Order {
    /// Where the three pictures go.
    folder: PathBuf,
    /// Width and height in pixels.
    #[arg(long, default_value = "1600x1067", value_parser = size)]
    size: [u32; 2],
    /// Extinction of the haze, per kilometre.
    #[arg(long, default_value_t = 0.2)]
    beta: f32,
    /// Airlight: red, green and blue, 0 to 255.
    #[arg(long, default_value = "204,211,219", value_parser = colour)]
    airlight: [f32; 3],
    /// Standard deviation of the camera's noise, as a share of white.
    #[arg(long, default_value_t = 0.004)]
    noise: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let order = Order::parse();
    let haze = Haze {
        beta_per_km: order.beta,
        airlight: order.airlight.map(|value| value / 255.0),
        noise_sigma: order.noise,
    };
    let scene = Scene::draw(order.size[0], order.size[1]);
    std::fs::create_dir_all(&order.folder)?;
    scene.hazy(&haze).save(order.folder.join("hazy.png"))?;
    scene.clear().save(order.folder.join("clear.png"))?;
    scene.depth().save(order.folder.join("depth.png"))?;
    Ok(())
}

fn size(text: &str) -> Result<[u32; 2], String> {
    let sides = numbers(text, 'x').filter(|sides| sides.iter().all(|s| (16..=20_000).contains(s)));
    sides.ok_or_else(|| "give a size such as 1600x1067, sides from 16 to 20000".to_owned())
}

fn colour(text: &str) -> Result<[f32; 3], String> {
    let channels = numbers(text, ',').map(|channels: [u8; 3]| channels.map(f32::from));
    channels.ok_or_else(|| "give a colour such as 204,211,219".to_owned())
}

/// As many numbers as asked for, no more and no fewer.
fn numbers<T: std::str::FromStr, const N: usize>(text: &str, between: char) -> Option<[T; N]> {
    let numbers: Option<Vec<T>> =
        text.split(between).map(|part| part.trim().parse().ok()).collect();
    numbers?.try_into().ok()
}
