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

use clap::{Arg, Command, value_parser};
use scene::{Haze, Scene};

fn command() -> Command {
    let option = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).default_value(default).help(help)
    };
    Command::new("border_scene")
        .about("Draws a border scene through known haze: hazy.png, clear.png, depth.png (16 bit, metres)")
        .arg(
            Arg::new("folder")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Where the three pictures go"),
        )
        .arg(option("size", "1600x1067", "Width and height in pixels").value_parser(size))
        .arg(
            option("beta", "0.2", "Extinction of the haze, per kilometre")
                .value_parser(value_parser!(f32)),
        )
        .arg(
            option("airlight", "204,211,219", "Airlight: red, green and blue, 0 to 255")
                .value_parser(colour),
        )
        .arg(
            option("noise", "0.004", "Standard deviation of the camera's noise, as a share of white")
                .value_parser(value_parser!(f32)),
        )
}

fn main() -> Result<(), Box<dyn Error>> {
    let given = command().get_matches();
    // Each has a default or is required, so there is one of it.
    let [width, height] = *given.get_one::<[u32; 2]>("size").ok_or("no size")?;
    let airlight = *given.get_one::<[f32; 3]>("airlight").ok_or("no airlight")?;
    let folder = given.get_one::<PathBuf>("folder").ok_or("no folder")?;
    let haze = Haze {
        beta_per_km: *given.get_one("beta").ok_or("no beta")?,
        airlight: airlight.map(|value| value / 255.0),
        noise_sigma: *given.get_one("noise").ok_or("no noise")?,
    };
    let scene = Scene::draw(width, height);
    std::fs::create_dir_all(folder)?;
    scene.hazy(&haze).save(folder.join("hazy.png"))?;
    scene.clear().save(folder.join("clear.png"))?;
    scene.depth().save(folder.join("depth.png"))?;
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
