//! How the tests make clips, read frames, and read what was found.

use std::path::{Path, PathBuf};
use std::process::Command;

use va_analyzer_camera_analysis::{CameraAnalysis, CameraSummary, Segment};
use va_analyzer_sdk::testing::{Clip, Run};
use va_test_media::{made, media};

/// A clip of 30 frames per second in H.264: `filter` turns a picture into what the camera sees. The word `hold` in it
/// stands for repeating the picture: what comes before is done once, what comes after to each frame.
pub(crate) fn filmed(name: &str, picture: &str, filter: &str, seconds: f64) -> PathBuf {
    edited(name, &[picture], &format!("[0]{filter}"), seconds)
}

/// A clip from several pictures, put together by a filter graph, each input with its own `hold`.
pub(crate) fn edited(name: &str, pictures: &[&str], graph: &str, seconds: f64) -> PathBuf {
    assert_eq!(graph.matches(",hold").count(), pictures.len(), "each picture is held: {graph}");
    let paths: Vec<PathBuf> = pictures.iter().map(|name| media(name)).collect();
    let mut args: Vec<&str> = Vec::new();
    for path in &paths {
        args.extend(["-i", path.to_str().expect("the cache folder is text")]);
    }
    let frames = (seconds * 30.0).ceil();
    let hold =
        format!(",format=yuv420p,loop=loop={frames}:size=1,fps=30,setpts=N/30/TB,trim=end_frame={frames}");
    let graph = graph.replace(",hold", &hold);
    args.extend(["-filter_complex", &graph, "-c:v", "libx264", "-crf", "23", "-pix_fmt", "yuv420p"]);
    made(name, &args)
}

/// What was found in a clip.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) segments: Vec<Segment>,
    pub(crate) summary: CameraSummary,
    pub(crate) duration_s: f64,
}

impl Found {
    /// The names of the movements in order.
    pub(crate) fn movements(&self) -> Vec<String> {
        self.segments.iter().map(name).collect()
    }

    /// The share of the clip that the analyzer gives to a movement.
    pub(crate) fn share(&self, movement: &str) -> f64 {
        let of = self.segments.iter().filter(|segment| name(segment) == movement);
        of.map(|segment| segment.end_time - segment.start_time).sum::<f64>() / self.duration_s
    }
}

fn name(segment: &Segment) -> String {
    let value = serde_json::to_value(segment.movement).expect("a movement is text");
    value.as_str().expect("a movement is text").to_owned()
}

/// Analyses a file, and checks what holds for every clip: no gap, no overlap, from the first frame to the end.
pub(crate) fn analysed(path: &Path) -> Found {
    let clip = Clip::from_file(path).expect("ffmpeg reads the clip");
    let duration_s = clip.video().duration_s.expect("a file has a length");
    let seen = Run::new::<CameraAnalysis>().on(&clip).expect("analysed");
    let segments =
        seen.segments.into_iter().map(|segment| serde_json::from_value(segment).expect("a segment"));
    let summary = serde_json::from_value(seen.summary).expect("a summary");
    let found = Found { segments: segments.collect(), summary, duration_s };
    let first = found.segments.first().expect("a picture with texture has segments");
    let last = found.segments.last().expect("a picture with texture has segments");
    assert_eq!(first.start_time, 0.0);
    assert!((last.end_time - duration_s).abs() < 0.002, "ends at {} of {duration_s}", last.end_time);
    for pair in found.segments.windows(2) {
        assert_eq!(pair[0].end_time, pair[1].start_time, "{found:?}");
        assert_ne!(pair[0].movement, pair[1].movement, "{found:?}");
    }
    for segment in &found.segments {
        assert!((0.0..=1.0).contains(&segment.intensity) && segment.end_time > segment.start_time);
        assert!(segment.stability.is_none_or(|stability| (0.0..=1.0).contains(&stability)));
    }
    found
}

/// Grey frames of a file, each `width * height` bytes: those whose number is a multiple of `every`.
pub(crate) fn gray_frames(path: &Path, width: usize, height: usize, every: u32) -> Vec<Vec<u8>> {
    let picture =
        format!("select=not(mod(n\\,{every})),scale={width}:{height}:flags=area:out_range=full,format=gray");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-vf", &picture, "-fps_mode", "passthrough", "-f", "rawvideo", "-"])
        .output()
        .expect("ffmpeg starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(width * height).map(<[u8]>::to_vec).collect()
}
