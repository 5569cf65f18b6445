//! Measures: the sound of a file through the analyzer, and through the detector of speech alone.
//!
//!     transcription_time WAV MODELS_FOLDER THREADS SETTINGS_JSON [ROUNDS]
//!
//! WAV is PCM of 16 bits, 16 kHz, one channel. Prints a line of JSON: seconds of the sound, to load, to transcribe and to
//! detect (each the least of the rounds), the text, and the peak of memory, MiB.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::Run;
use va_analyzer_speech_transcription::SpeechTranscription;
use va_inference::audio::vad;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measured(&arguments) {
        Ok(line) => println!("{line}"),
        Err(error) => {
            eprintln!("transcription_time: {error}");
            return std::process::ExitCode::FAILURE;
        }
    }
    std::process::ExitCode::SUCCESS
}

fn measured(arguments: &[String]) -> Result<serde_json::Value> {
    let [wav, models, threads, settings, rest @ ..] = arguments else {
        return Err(Error::new("takes WAV MODELS_FOLDER THREADS SETTINGS_JSON [ROUNDS]"));
    };
    let rounds = rest.first().map_or(Ok(3), |rounds| rounds.parse::<usize>())?;
    let host = host(Path::new(models))?.threads(threads.parse()?).settings(settings.parse()?).host();
    let samples = read(Path::new(wav))?;
    let begun = Instant::now();
    let analyzer = Arc::new(SpeechTranscription::load(&host)?);
    let load_s = begun.elapsed().as_secs_f64();
    let detector = vad::Detector::load(&host)?;
    let (mut transcribe_s, mut detect_s, mut summary) = (f64::INFINITY, f64::INFINITY, json!(null));
    for _ in 0..rounds.max(1) {
        let begun = Instant::now();
        summary = transcribed(&analyzer, &host, &samples)?;
        transcribe_s = transcribe_s.min(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let (mut stream, mut speech) = (vad::Stream::default(), Vec::new());
        detector.push(&mut stream, &samples, &mut speech)?;
        detector.finish(stream, &mut speech)?;
        detect_s = detect_s.min(begun.elapsed().as_secs_f64());
    }
    Ok(json!({
        "sound_s": samples.len() as f64 / 16_000.0, "load_s": load_s, "transcribe_s": transcribe_s,
        "detect_s": detect_s, "summary": summary, "peak_mib": peak_mib(),
    }))
}

/// With all models of the folder.
fn host(models: &Path) -> Result<Run> {
    let unreadable = |e| Error::new(format!("cannot read the models' folder {}: {e}", models.display()));
    let mut run = Run::new::<SpeechTranscription>();
    for model in std::fs::read_dir(models).map_err(unreadable)? {
        let model = model.map_err(unreadable)?;
        let current = model.path().join("current");
        if current.is_dir() {
            run = run.model(&model.file_name().to_string_lossy(), current);
        }
    }
    Ok(run)
}

fn transcribed(
    analyzer: &Arc<SpeechTranscription>,
    host: &Host,
    samples: &[f32],
) -> Result<serde_json::Value> {
    let video = Video {
        width: 0,
        height: 0,
        fps: 0.0,
        duration_s: Some(samples.len() as f64 / 16_000.0),
        has_video: false,
        has_audio: true,
        sample_rate: 16_000,
        channels: 1,
    };
    let mut session = analyzer.open(&video, host)?;
    let mut findings = Findings::default();
    for (second, samples) in samples.chunks(16_000).enumerate() {
        let chunk = AudioChunk { start_s: second as f64, sample_rate: 16_000, channels: 1, samples };
        session.audio(&chunk, &mut findings)?;
    }
    let summary = serde_json::to_value(session.finish(&mut findings)?)?;
    Ok(summary["summary"].clone())
}

/// The samples after the header of a plain WAV file.
fn read(path: &Path) -> Result<Vec<f32>> {
    let bytes = std::fs::read(path)?;
    let data = bytes.windows(4).position(|word| word == b"data");
    let samples = data.and_then(|at| bytes.get(at + 8..)).filter(|_| bytes.starts_with(b"RIFF"));
    let samples = samples.ok_or_else(|| Error::new(format!("{} is no WAV file", path.display())))?;
    let sample = |bytes: &[u8; 2]| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0;
    Ok(samples.as_chunks::<2>().0.iter().map(sample).collect())
}

fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
