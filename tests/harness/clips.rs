//! Clips that most tests need, and what ffprobe says of a file.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use va_test_media::made;

/// Two seconds, 160x120, 25 frames a second, H.264; 48 kHz mono AAC.
pub fn clip() -> PathBuf {
    made(
        "clip.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=2",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=2",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-movflags",
            "+faststart",
        ],
    )
}

/// The same without sound.
pub fn silent_clip() -> PathBuf {
    made(
        "silent.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=2",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
        ],
    )
}

/// What ffprobe says of a file.
#[derive(Debug, Clone)]
pub struct Probe {
    pub video: Option<Value>,
    pub audio: Option<Value>,
    /// Seconds of each frame from the first, where the file tells.
    pub frames: Vec<Option<f64>>,
}

impl Probe {
    /// # Panics
    /// Where ffprobe fails.
    pub fn of(path: &Path) -> Self {
        let streams = ffprobe(path, &["-show_streams"]);
        let first = |kind: &str| {
            let streams = streams["streams"].as_array()?;
            streams.iter().find(|stream| stream["codec_type"] == kind).cloned()
        };
        let video = first("video");
        let entries = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time"];
        let frames = video.as_ref().map_or_else(Vec::new, |_| {
            let frames = ffprobe(path, &entries);
            let time = |frame: &Value| frame["best_effort_timestamp_time"].as_str()?.parse::<f64>().ok();
            frames["frames"].as_array().expect("a list").iter().map(time).collect::<Vec<_>>()
        });
        let start = frames.first().copied().flatten();
        let frames = frames.into_iter().map(|time| Some(time? - start?)).collect();
        Probe { video, audio: first("audio"), frames }
    }
}

fn ffprobe(path: &Path, arguments: &[&str]) -> Value {
    let output =
        Command::new("ffprobe").args(["-v", "error", "-of", "json"]).args(arguments).arg(path).output();
    let output = output.expect("ffprobe is installed");
    serde_json::from_slice(&output.stdout).expect("ffprobe writes JSON")
}
