//! Measures: sound through the analyzer with the default network, on one thread.
//!
//!     environment_time SAMPLES MODELS_FOLDER [ROUNDS]
//!
//! SAMPLES is raw sound: 32-bit floats, little-endian, 16 kHz, one channel. Prints a line of JSON: seconds of the sound, to
//! load, wall and CPU seconds to listen (each the least of the rounds), and what was found.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use va_analyzer_audio_environment::AudioEnvironment;
use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::Run;

const RATE: usize = 16_000;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measured(&arguments) {
        Ok(line) => println!("{line}"),
        Err(error) => {
            eprintln!("environment_time: {error}");
            return std::process::ExitCode::FAILURE;
        }
    }
    std::process::ExitCode::SUCCESS
}

fn measured(arguments: &[String]) -> Result<serde_json::Value> {
    let [sound, models, rest @ ..] = arguments else {
        return Err(Error::new("takes SAMPLES MODELS_FOLDER [ROUNDS]"));
    };
    let rounds = rest.first().map_or(Ok(3), |rounds| rounds.parse::<usize>())?;
    let bytes = std::fs::read(sound)?;
    let samples: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let installed = |name: &str| Path::new(models).join(name).join("current");
    let host = ["onnxruntime", "ina-speech-music-noise"]
        .into_iter()
        .fold(Run::new::<AudioEnvironment>(), |run, name| run.model(name, installed(name)))
        .host();
    let begun = Instant::now();
    let analyzer = Arc::new(AudioEnvironment::load(&host)?);
    let load_s = begun.elapsed().as_secs_f64();
    let (mut wall_s, mut cpu_s, mut found) = (f64::INFINITY, f64::INFINITY, json!(null));
    for _ in 0..rounds.max(1) {
        let (begun, before_s) = (Instant::now(), cpu_s_so_far()?);
        found = heard(&analyzer, &host, &samples)?;
        wall_s = wall_s.min(begun.elapsed().as_secs_f64());
        cpu_s = cpu_s.min(cpu_s_so_far()? - before_s);
    }
    let sound_s = samples.len() as f64 / RATE as f64;
    Ok(json!({ "sound_s": sound_s, "load_s": load_s, "wall_s": wall_s, "cpu_s": cpu_s, "summary": found }))
}

fn heard(analyzer: &Arc<AudioEnvironment>, host: &Host, samples: &[f32]) -> Result<serde_json::Value> {
    let video = Video {
        width: 0,
        height: 0,
        fps: 0.0,
        duration_s: Some(samples.len() as f64 / RATE as f64),
        has_video: false,
        has_audio: true,
        sample_rate: RATE as u32,
        channels: 1,
    };
    let mut session = analyzer.open(&video, host)?;
    let mut findings = Findings::default();
    for (second, samples) in samples.chunks(RATE).enumerate() {
        let chunk = AudioChunk { start_s: second as f64, sample_rate: RATE as u32, channels: 1, samples };
        session.audio(&chunk, &mut findings)?;
    }
    let summary = serde_json::to_value(session.finish(&mut findings)?)?;
    Ok(summary["summary"].clone())
}

/// Of this thread.
fn cpu_s_so_far() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(nanoseconds as f64 / 1e9)
}
