//! Files as they come: whole and broken, usual and odd. Each ends with a document that is true or with an error of the
//! right exit code; never with a hang, a crash of the daemon or a half-written file.

mod broken;
mod formats;
mod real;
mod refused;
mod rotated;
mod sound;
mod timing;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;

use va_tests::{Daemon, Document, Probe, Setup, clip, is_alive};

/// Looks at every frame and hears all sound, beside analyzers that do one of both.
fn daemon() -> Daemon {
    ["steady", "sleepy", "color_analysis", "audio_analysis"]
        .into_iter()
        .fold(Setup::new(), Setup::with)
        .start_ready()
}

/// The document of a file, compared with what ffprobe says of it.
#[track_caller]
fn reads(daemon: &Daemon, path: &Path) -> Document {
    let document = daemon.document(path, &[]);
    assert_eq!(document.status(), "success", "{}", document.error());
    as_ffprobe_says(&document, &Probe::of(path));
    document
}

/// A file, made when its turn comes.
type Named = (&'static str, fn() -> PathBuf);

/// Checks files one after the other with one daemon, and tells of all that are not as they should be.
#[track_caller]
fn each(files: &[Named], check: impl Fn(&Daemon, &Path)) {
    let daemon = daemon();
    let wrong = |(name, file): &&Named| {
        let checked = std::panic::catch_unwind(AssertUnwindSafe(|| check(&daemon, &file())));
        checked.inspect_err(|_| eprintln!("^ that was {name}")).is_err()
    };
    let wrong: Vec<&str> = files.iter().filter(wrong).map(|(name, _)| *name).collect();
    assert!(
        wrong.is_empty(),
        "of {} files these are not right, as is told above: {}",
        files.len(),
        wrong.join(", ")
    );
    lives_on(&daemon);
}

/// Whatever a file did to a decoder, the next video is read.
#[track_caller]
fn lives_on(daemon: &Daemon) {
    assert!(is_alive(daemon.pid()));
    let next = daemon.document(&clip(), &["--analyzers", "steady", "--fresh"]);
    assert_eq!((next.status(), &next.video()["frame_count"]), ("success", &50.into()));
    assert_eq!(daemon.at_rest().zombies, 0);
}

#[track_caller]
fn as_ffprobe_says(document: &Document, probe: &Probe) {
    let video = document.video();
    assert_eq!(video["frame_count"], probe.frames.len(), "frames: {video:#}");
    match &probe.video {
        Some(stream) => {
            document.saw_all("steady");
            assert_eq!(video["video_codec"], stream["codec_name"]);
            let stored = (&stream["width"], &stream["height"]);
            let sideways = !video["rotation"].as_u64().expect("degrees").is_multiple_of(180);
            let upright = if sideways { (stored.1, stored.0) } else { stored };
            assert_eq!((&video["width"], &video["height"]), upright);
            let times = document.numbers("steady", "timestamp");
            for (at, (time, expected)) in times.iter().zip(&probe.frames).enumerate() {
                // ffprobe rounds to microseconds.
                let close = expected.is_none_or(|expected| (time - expected).abs() < 2e-6 + 1e-9);
                assert!(close, "frame {at} at {time} s, not {expected:?} s");
            }
            assert!(times.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}");
            assert_eq!(
                document.numbers("steady", "index"),
                (0..times.len()).map(|at| at as f64).collect::<Vec<_>>()
            );
            for segment in document.segments("steady") {
                assert_eq!((&segment["width"], &segment["height"]), (&video["width"], &video["height"]));
            }
        }
        None => {
            assert_eq!(
                (&video["width"], &video["height"], &video["fps"]),
                (&().into(), &().into(), &().into())
            );
            assert_eq!(document.status_of("color_analysis"), "skipped");
            assert!(
                document.reason_of("color_analysis").contains("no picture"),
                "{}",
                document.reason_of("color_analysis")
            );
        }
    }
    match &probe.audio {
        Some(stream) => {
            assert_eq!((&video["has_audio"], &video["audio_codec"]), (&true.into(), &stream["codec_name"]));
            let sound = &document.summary("sleepy")["sound"];
            assert_eq!(
                (&sound["channels"], sound["sample_rate"].to_string()),
                (&stream["channels"], rate(stream))
            );
            assert_eq!(document.summary("steady")["sound"]["sample_rate"], 16_000);
            assert_eq!(
                (&document.summary("steady")["sound"]["gaps"], &sound["gaps"]),
                (&0.into(), &0.into())
            );
        }
        None => {
            assert_eq!((&video["has_audio"], &video["audio_codec"]), (&false.into(), &().into()));
            assert_eq!(document.status_of("audio_analysis"), "skipped");
            assert!(
                document.reason_of("audio_analysis").contains("no sound"),
                "{}",
                document.reason_of("audio_analysis")
            );
        }
    }
}

/// ffprobe writes rates as text.
fn rate(stream: &serde_json::Value) -> String {
    stream["sample_rate"].as_str().expect("a rate").to_owned()
}

/// What ffmpeg itself makes of the first frame, upright: the mean of each quarter of the picture, 0..255.
fn quarters_by_ffmpeg(path: &Path, width: usize, height: usize) -> [f64; 4] {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    // Each pixel has the chroma that is stored for it: in small pictures, what is put between makes a difference.
    command.args(["-frames:v", "1", "-sws_flags", "neighbor+accurate_rnd"]);
    // A large picture that does not name its matrix is BT.709 to players, and BT.601 to ffmpeg.
    if width.min(height) >= 720 && Probe::of(path).video.is_some_and(|stream| stream["color_space"].is_null())
    {
        command.args(["-vf", "scale=in_color_matrix=bt709"]);
    }
    command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
    let pixels = command.output().expect("ffmpeg is installed").stdout;
    assert_eq!(pixels.len(), width * height * 3, "the size of the frame");
    let (mut sums, mut counts) = ([0u64; 4], [0u64; 4]);
    for (y, row) in pixels.chunks_exact(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let at = usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2);
            sums[at] += pixel.iter().map(|value| u64::from(*value)).sum::<u64>();
            counts[at] += 3;
        }
    }
    [0, 1, 2, 3].map(|at| sums[at] as f64 / counts[at].max(1) as f64)
}

/// The picture that the analyzers saw first is the one that ffmpeg shows.
#[track_caller]
fn looks_right(path: &Path, document: &Document) {
    let size = |name: &str| document.video()[name].as_u64().expect("a size") as usize;
    let expected = quarters_by_ffmpeg(path, size("width"), size("height"));
    let seen = document.segments("steady")[0]["quarters"].as_array().expect("four means").clone();
    for (at, (seen, expected)) in seen.iter().zip(expected).enumerate() {
        // Two ways of rounding and of spreading chroma differ by a level or two on average.
        let seen = seen.as_f64().expect("a number");
        assert!((seen - expected).abs() < 3.0, "quarter {at}: {seen}, ffmpeg has {expected}");
    }
}
