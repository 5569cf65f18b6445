//! A plugin of the first released SDK: uses all that crosses the boundary, and tells what arrived.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use va_analyzer_sdk::prelude::*;

struct FirstSdk {
    greeting: String,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    greeting: String,
    panic: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { greeting: "hello".to_owned(), panic: false }
    }
}

struct OneVideo {
    greeting: String,
    video: Video,
    host: Host,
    frames: u64,
    samples: usize,
    segments_of_frames: usize,
    whole: Vec<String>,
}

impl Analyzer for FirstSdk {
    type Session = OneVideo;

    fn description() -> Description {
        Description::new("first_sdk", "0.1.0", "tells what reaches a plugin of the first SDK")
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(2),
                size: FrameSize::Exact { width: 32, height: 18 },
                format: PixelFormat::Gray8,
            })
            .audio(AudioRequest::Mono16k)
            .findings_of("steady", FindingsScope::PerFrame)
            .findings_of("steady", FindingsScope::PerVideo)
            .optional_model_of(&["no_such_model"])
            .batch(3)
            .memory_mib(1)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        host.log(LogLevel::Info, "loading");
        assert!(!settings.panic, "told to panic");
        assert!(host.model_path("no_such_model").is_err(), "it is not installed");
        assert_eq!(host.control("running_on", "\"cpu\"")?, "null");
        assert!(host.control("no_such_operation", "{}").is_err(), "nobody knows it");
        Ok(FirstSdk { greeting: settings.greeting })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<OneVideo> {
        Ok(OneVideo {
            greeting: self.greeting.clone(),
            video: video.clone(),
            host: host.clone(),
            frames: 0,
            samples: 0,
            segments_of_frames: 0,
            whole: Vec::new(),
        })
    }
}

impl Session for OneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            self.frames += 1;
            for other in frame.findings {
                self.segments_of_frames += other.read::<Vec<Value>>()?.len();
            }
            let luma: u64 = frame.rows().flatten().map(|luma| u64::from(*luma)).sum();
            let mean = rounded(luma as f64 / f64::from(frame.width * frame.height), 2);
            let segment = json!({ "timestamp": frame.timestamp_s, "index": frame.index, "mean": mean });
            findings.frame_segment(frame, &segment)?;
        }
        Ok(())
    }

    fn audio(&mut self, chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        self.samples += chunk.len();
        Ok(())
    }

    fn other_findings(&mut self, of: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        let whole: Value = of.read()?;
        let count = whole["segments"].as_array().map_or(0, Vec::len);
        self.whole.push(format!("{} found {count}", of.analyzer));
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        self.host.progress(0.5);
        findings.segment(&json!({ "start": 0.0, "end": self.video.duration_s, "end_of": "all" }))?;
        let summary = Summary::of(&json!({
            "greeting": self.greeting,
            "frames": self.frames,
            "samples": self.samples,
            "segments_of_frames": self.segments_of_frames,
            "whole": self.whole,
            "width": self.video.width,
            "threads": self.host.threads(),
            "cancelled": self.host.cancelled(),
        }))?;
        Ok(summary.degraded("it is of an older time").model("none"))
    }
}

va_analyzer_sdk::export_analyzer!(FirstSdk);
