//! Frames per second by number of jobs, and the most memory in use at once: `cargo bench --bench
//! batch [-- FRAMES]`.
//!
//! Allocated memory is more than resident memory: before a frame is admitted, its memory is allocated
//! once as a whole and freed untouched.

#![allow(clippy::print_stdout, reason = "a measuring program prints what it measures")]
#![allow(clippy::unwrap_used, reason = "a measuring program may stop")]
#![allow(unsafe_code, reason = "a global allocator that counts is unsafe by its trait")]

mod measure;

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use longlens::batch::{Batch, Caption, Job, Settings, Stop, Sync};
use longlens::frame::{Frame, Size};
use longlens::measure::{camera_jpeg, peak_mb};
use longlens::recipe::Recipe;
use measure::{CAPTION, CROP, FRAME};

/// The system's allocator, counting what is in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let frames = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().unwrap();
    let large = made(folder.path(), "large.jpg", FRAME);
    measure::opening(
        "batch: read, develop, encode, write without sync",
        &format!("{frames} × a drawn frame of {FRAME} px, crop {CROP}"),
    );
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut alone = 0.0;
    for jobs in (1..=cores).filter(|jobs| jobs.is_power_of_two() || *jobs == cores) {
        let (per_second, mb) = run(&large, Some(CROP), frames, jobs);
        alone = if jobs == 1 { per_second } else { alone };
        let gain = per_second / alone;
        let resident = peak_mb("self").map_or(String::new(), |mb| format!("{mb:.0} MB resident, "));
        println!(
            "-j{jobs:<3} {per_second:6.2} frames/s = {gain:.2} of one · peak {resident}{mb:.0} MB asked for"
        );
    }
    let small = made(folder.path(), "small.jpg", Size::new(640, 427));
    for frames in [100, 1000] {
        let (per_second, mb) = run(&small, None, frames, cores);
        println!(
            "{frames:4} frames of 640 px: {per_second:6.0} frames/s · peak {mb:.2} MB asked for"
        );
    }
}

fn made(folder: &Path, name: &str, size: Size) -> std::path::PathBuf {
    let path = folder.join(name);
    let mut file = tempfile::NamedTempFile::new_in(folder).unwrap();
    std::io::Write::write_all(&mut file, &camera_jpeg(&Frame::specimen(size)).unwrap()).unwrap();
    file.persist(&path).unwrap();
    path
}

/// Frames per second, and the most megabytes in use beyond what was in use before.
fn run(input: &Path, crop: Option<&str>, frames: u32, jobs: usize) -> (f64, f64) {
    let out = tempfile::tempdir().unwrap();
    let mut recipe = Recipe::default();
    if let Some(crop) = crop {
        recipe.set("crop", crop).unwrap();
    }
    let recipe = Arc::new(recipe);
    let job = |sequence| Job {
        output: out.path().join(format!("{sequence}.jpg")),
        recipe: Arc::clone(&recipe),
        caption: Caption::Text(CAPTION.to_owned()),
        sequence,
        ..Job::of_file(input)
    };
    let settings = Settings { jobs, sync: Sync::Lazy, ..Settings::default() };
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let summary =
        Batch { jobs: (1..=frames).map(job).collect(), settings }.run(&Stop::default(), |_| ());
    assert_eq!(summary.done, frames as usize);
    let most = MOST.load(Ordering::Relaxed) - before;
    (f64::from(frames) / summary.took.as_secs_f64(), most as f64 / 1e6)
}
