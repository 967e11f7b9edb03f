//! The photographs of samples/frames, developed as their folder orders it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use longlens::batch::{
    Batch, Captions, Event, Job, Order, Plan, Root, Settings, Status, Stop, Target, find, plan,
};
use longlens::frame::{Frame, Size};
use longlens::recipe::Recipe;

/// Every sample, the size of its file and the size that is left after its crop.
const SAMPLES: [(&str, [u32; 2], [u32; 2]); 4] = [
    ("aizkorri.jpg", [1600, 1065], [1600, 900]),
    ("kunming-lake.jpg", [640, 427], [640, 427]),
    ("picos.jpg", [1600, 1200], [1600, 1067]),
    ("sunset.jpg", [1600, 1067], [1600, 1067]),
];

/// Every sample's caption.
const CAPTIONS: [(&str, &str); 4] = [
    (
        "aizkorri.jpg",
        "The Aizkorri massif behind autumn larches\n\
         Aizkorri, Gipuzkoa, Spain · Photo: Aitzol Berasategi (CC BY 4.0)",
    ),
    (
        "kunming-lake.jpg",
        "A pagoda of the Summer Palace above Kunming Lake\n\
         Summer Palace, Beijing, China · Photo: danielbuechele (CC BY 2.0)",
    ),
    (
        "picos.jpg",
        "Snow below a rock face of the Picos de Europa\n\
         Picos de Europa, Spain · Photo: Aitzol Berasategi (CC BY 4.0)",
    ),
    (
        "sunset.jpg",
        "Low sun over layered ridges, an orientation table in front\n\
         Photo: Aitzol Berasategi (CC BY 4.0)",
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/frames")
}

/// The plan of the folder's own recipe and table, with these settings over it.
fn planned(out: &Path, flags: &[(&str, &str)]) -> Plan {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let mut recipe = Recipe::default();
    recipe.set_from_toml(&read("longlens.toml")).unwrap();
    let captions = Captions::parse(read("captions.csv").as_bytes()).unwrap();
    let out = Target::Folder(out.into());
    let found = find(&[folder()], out.folder()).unwrap();
    let flags: Vec<_> = flags.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
    let roots = [Root { recipe, captions: Some(&captions) }];
    let order =
        Order { roots: &roots, flags: &flags, set: &[], codes: None, reads: &[], out: &out };
    plan(&found, &order).unwrap()
}

/// Runs the jobs; each frame's name, size and warnings.
fn run(jobs: Vec<Job>) -> Vec<(String, Size, String)> {
    let ended = Mutex::new(Vec::new());
    let batch = Batch { jobs, settings: Settings { jobs: 2, ..Settings::default() } };
    let summary = batch.run(&Stop::default(), |event| {
        if let Event::Finished(outcome) = event {
            let name = name(&outcome.job.input);
            let Ok(Status::Done(done)) = &outcome.result else {
                panic!("{name}: {:?}", outcome.result);
            };
            assert!(done.bytes > 0, "{name} is empty");
            let warnings = format!("{:?}", outcome.warnings);
            ended.lock().unwrap().push((name, done.size, warnings));
        }
    });
    assert_eq!((summary.done, summary.failed, summary.unbegun), (SAMPLES.len(), 0, 0));
    let mut ended = ended.into_inner().unwrap();
    ended.sort_by(|a, b| a.0.cmp(&b.0));
    ended
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn rgb(path: &Path) -> image::RgbImage {
    let bytes = std::fs::read(path).unwrap();
    let pool = longlens::frame::Pool::default();
    let decoded = longlens::format::decode(&bytes, &Default::default(), &pool).unwrap();
    match decoded.frame {
        Frame { pixels: longlens::frame::Pixels::Rgb8(pixels), .. } => pixels,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn every_sample_is_developed_without_a_warning() {
    let out = tempfile::tempdir().unwrap();
    let plan = planned(out.path(), &[]);
    assert_eq!(plan.notes, Vec::<String>::new(), "table and folder name the same frames");
    let ended = run(plan.jobs);
    let right = SAMPLES.map(|(name, _, [width, height])| {
        (name.to_owned(), Size { width, height }, "[]".to_owned())
    });
    assert_eq!(ended, right);
    for (name, _, kept) in SAMPLES {
        assert_eq!(rgb(&out.path().join(name)).dimensions(), (kept[0], kept[1]), "{name}");
    }
}

#[test]
fn every_sample_has_its_caption() {
    let out = tempfile::tempdir().unwrap();
    let plan = planned(out.path(), &[]);
    for (job, (file, right)) in plan.jobs.iter().zip(CAPTIONS) {
        let longlens::batch::Caption::Template(template) = &job.caption else {
            panic!("{file} has no template: {:?}", job.caption);
        };
        assert_eq!(name(&job.input), file);
        let fields = job.fields.table.iter().cloned().collect();
        assert_eq!(template.render(&fields, file).unwrap(), right);
    }
    // Drawn: the same frames without a caption differ from these in the lower part alone.
    let bare = tempfile::tempdir().unwrap();
    run(plan.jobs);
    run(planned(bare.path(), &[("caption", "")]).jobs);
    for (file, ..) in SAMPLES {
        let (with, without) = (rgb(&out.path().join(file)), rgb(&bare.path().join(file)));
        let rows = |part: std::ops::Range<u32>| {
            let differ = |&(x, y): &(u32, u32)| {
                let (a, b) = (with.get_pixel(x, y), without.get_pixel(x, y));
                a.0.iter().zip(b.0).any(|(&a, b)| a.abs_diff(b) > 8)
            };
            part.flat_map(|y| (0..with.width()).map(move |x| (x, y))).filter(differ).count()
        };
        let half = with.height() / 2;
        assert_eq!(rows(0..half), 0, "{file}: above the caption");
        let drawn = rows(half..with.height());
        assert!(drawn > with.len() / 3 / 100, "{file}: {drawn} pixels of a caption");
    }
}

#[test]
fn the_files_are_small_and_say_nothing_of_anybody() {
    let mut together = 0;
    for (file, size, _) in SAMPLES {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        together += bytes.len();
        assert_eq!(rgb(&folder().join(file)).dimensions(), (size[0], size[1]), "{file}");
        let blocks = longlens::format::read_blocks(&bytes).unwrap();
        let says = [&blocks.exif, &blocks.xmp, &blocks.photoshop, &blocks.comment];
        assert!(says.iter().all(|block| block.is_none()), "{file} says: {says:?}");
    }
    assert!(together < 2_500_000, "{together} bytes: the package has to stay small");
}
