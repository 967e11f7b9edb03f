//! The figures as a picture: stages, speed by jobs, other programs. Plain SVG text.

use super::figures::{Figures, machine};
use crate::cli::text;

const WIDTH: f64 = 720.0;
/// Where bars begin, and how long the longest is; pixels.
const BAR: (f64, f64) = (130.0, 420.0);
const LINE: f64 = 26.0;

/// One bar and its labels.
struct Bar {
    name: String,
    value: f64,
    text: String,
    colour: &'static str,
}

const CODEC: &str = "#8a94a6";
const OWN: &str = "#2b6cb0";

pub(super) fn svg(figures: &Figures) -> String {
    let mut body = String::new();
    let mut y = 40.0;
    let head = format!("{} · {}", machine(), figures.input);
    text(&mut body, 20.0, 26.0, "12", &head.chars().take(110).collect::<String>());

    let stages = figures.stages.iter().map(|stage| Bar {
        name: stage.name.to_owned(),
        value: stage.ms,
        text: format!("{:.1} ms · {:.2} ns/px", stage.ms, stage.ms * 1e6 / stage.pixels),
        colour: if stage.codec { CODEC } else { OWN },
    });
    let title = format!(
        "One frame on one thread: {:.0} ms, {:.2} × the codec alone (grey)",
        figures.whole_ms(),
        figures.of_codec()
    );
    panel(&mut body, &mut y, &title, &stages.collect::<Vec<_>>());

    let batches = figures.batches.iter().map(|&(jobs, speed)| Bar {
        name: format!("{jobs} job{}", if jobs == 1 { "" } else { "s" }),
        value: speed,
        text: format!("{speed:.0} MP/s"),
        colour: OWN,
    });
    let peak = figures.peak_mb.map_or_else(String::new, |mb| format!(", peak memory {mb:.0} MB"));
    let title = format!("Batch{peak}");
    panel(&mut body, &mut y, &title, &batches.collect::<Vec<_>>());

    let peers = figures.peers.iter().filter_map(|peer| {
        let cpu = peer.cpu_s?;
        let colour = if peer.name == "longlens" { OWN } else { CODEC };
        let text = format!("{cpu:.2} s · {}", peer.did);
        Some(Bar { name: peer.name.to_owned(), value: cpu, text, colour })
    });
    let peers: Vec<Bar> = peers.collect();
    if !peers.is_empty() {
        panel(&mut body, &mut y, "CPU seconds for one frame, whole process", &peers);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" \
         height=\"{y}\" font-family=\"sans-serif\" fill=\"#1a202c\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

/// A title and its bars, the longest as long as there is room.
fn panel(body: &mut String, y: &mut f64, title: &str, bars: &[Bar]) {
    *y += LINE;
    text(body, 20.0, *y, "15", title);
    let most = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    for bar in bars {
        *y += LINE;
        // A text that does not fit behind its bar would leave the picture.
        let length = (bar.value / most * (BAR.1 - 60.0)).max(1.0);
        text(body, 20.0, *y, "13", &bar.name);
        body.push_str(&format!(
            "<rect x=\"{}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"16\" fill=\"{}\"/>\n",
            BAR.0,
            *y - 13.0,
            bar.colour
        ));
        text(body, BAR.0 + length + 8.0, *y, "12", &bar.text);
    }
    *y += LINE / 2.0;
}

fn text(body: &mut String, x: f64, y: f64, size: &str, text: &str) {
    let text = text::clean(text).replace('&', "&amp;").replace('<', "&lt;");
    body.push_str(&format!("<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\">{text}</text>\n"));
}
