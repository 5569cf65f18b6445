//! Measures: the sound of a file through the analyzer, on one thread.
//!
//!     features_time MEDIA [ROUNDS]
//!
//! Decoding is not counted. Prints a line of JSON: seconds of the sound, wall and CPU seconds (each the least of the
//! rounds) and the summary.

use std::time::Instant;

use va_analyzer_audio_analysis::AudioAnalysis;
use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::{Clip, Run};

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measured(&arguments) {
        Ok(line) => println!("{line}"),
        Err(error) => {
            eprintln!("features_time: {error}");
            return std::process::ExitCode::FAILURE;
        }
    }
    std::process::ExitCode::SUCCESS
}

fn measured(arguments: &[String]) -> Result<serde_json::Value> {
    let [media, rest @ ..] = arguments else { return Err(Error::new("takes MEDIA [ROUNDS]")) };
    let rounds = rest.first().map_or(Ok(3), |rounds| rounds.parse::<usize>())?;
    let clip = Clip::from_file(media)?;
    let (mut wall_s, mut cpu_s, mut summary) = (f64::INFINITY, f64::INFINITY, json!(null));
    for _ in 0..rounds.max(1) {
        let (begun, before_s) = (Instant::now(), cpu_s_so_far()?);
        summary = Run::new::<AudioAnalysis>().on(&clip)?.summary;
        wall_s = wall_s.min(begun.elapsed().as_secs_f64());
        cpu_s = cpu_s.min(cpu_s_so_far()? - before_s);
    }
    Ok(json!({ "sound_s": clip.video().duration_s, "wall_s": wall_s, "cpu_s": cpu_s, "summary": summary }))
}

/// Of this thread.
fn cpu_s_so_far() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(nanoseconds as f64 / 1e9)
}
