//! The boundary, in process: panics stay on the plugin's side, text and views arrive whole.

use std::sync::Arc;

use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_analyzer_sdk::{ErrorKind, compatibility::LoadError};

/// Does what its settings say: the `where` to panic.
struct Faulty {
    place: String,
}

#[derive(serde::Deserialize)]
struct Settings {
    place: String,
}

struct FaultySession {
    place: String,
    others: Vec<String>,
}

impl Drop for FaultySession {
    fn drop(&mut self) {
        assert!(self.place != "drop", "in drop");
    }
}

impl Analyzer for Faulty {
    type Session = FaultySession;

    fn description() -> Description {
        Description::new("faulty", "1.0.0", "panics where it is told to")
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(2),
                size: FrameSize::LongestSide(8),
                format: PixelFormat::Rgb8,
            })
            .findings_of("other", FindingsScope::PerVideo)
            .batch(3)
    }

    fn load(host: &Host) -> Result<Self> {
        let Settings { place } = host.settings()?;
        assert!(place != "load", "in load");
        Ok(Faulty { place })
    }

    fn open(self: &Arc<Self>, _video: &Video, host: &Host) -> Result<FaultySession> {
        host.log(LogLevel::Info, "opened");
        assert!(self.place != "open", "in open");
        Ok(FaultySession { place: self.place.clone(), others: Vec::new() })
    }
}

impl Session for FaultySession {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        assert!(self.place != "frames", "in frames");
        for frame in batch {
            findings.frame_segment(frame, &json!({ "frame": frame.index, "red": frame.row(0)[0] }))?;
        }
        Ok(())
    }

    fn other_findings(&mut self, of: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        let found: serde_json::Value = of.read()?;
        self.others.push(format!("{}:{}", of.analyzer, found["summary"]["n"]));
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        assert!(self.place != "finish", "in finish");
        Ok(Summary::of(&json!({ "others": self.others }))?.degraded("a stand-in").model("tiny"))
    }
}

fn run(place: &str) -> Result<va_analyzer_sdk::testing::Seen> {
    let clip = Clip::from_pictures(10.0, (0..10).map(|i| Picture::filled(16, 12, [i * 10, 0, 0])));
    Run::new::<Faulty>()
        .settings(json!({ "place": place }))
        .other_findings("other", json!({ "segments": [], "summary": { "n": 7 } }))
        .on(&clip)
}

#[test]
fn segments_summary_and_other_findings_arrive_whole() {
    let seen = run("nowhere").expect("analysed");
    let frames: Vec<u64> = seen.segments.iter().map(|s| s["frame"].as_u64().expect("a number")).collect();
    assert_eq!(frames, [0, 2, 4, 6, 8]);
    assert_eq!(seen.segments[4]["red"], 80);
    assert_eq!(seen.summary, json!({ "others": ["other:7"] }));
    assert_eq!(seen.degraded.as_deref(), Some("a stand-in"));
    assert_eq!(seen.model.as_deref(), Some("tiny"));
    assert_eq!(seen.log, [(LogLevel::Info, "opened".to_owned())]);
}

#[test]
fn a_panic_anywhere_becomes_an_error_that_says_where() {
    for place in ["load", "open", "frames", "finish"] {
        let error = run(place).expect_err("panicked");
        assert_eq!(error.kind, ErrorKind::Panicked);
        assert!(error.message.contains(&format!("in {place}")), "{}", error.message);
        assert!(error.message.contains("boundary.rs:"), "{}", error.message);
    }
}

#[test]
fn a_panic_in_drop_is_swallowed() {
    assert!(run("drop").is_ok());
}

#[test]
fn settings_that_do_not_fit_name_the_key() {
    let clip = Clip::from_pictures(10.0, []);
    let error = Run::new::<Faulty>().settings(json!({})).on(&clip).expect_err("no place");
    assert!(error.message.contains("place"), "{}", error.message);
}

#[test]
fn a_library_that_is_no_analyzer_is_refused_in_plain_words() {
    let libc = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6"];
    let libc = libc.iter().map(std::path::Path::new).find(|path| path.exists()).expect("a libc");
    let error = va_analyzer_sdk::abi::Plugin::open(libc).err().expect("refused");
    assert!(matches!(error, LoadError::NoAnalyzer { .. }), "{error}");
    let missing = std::path::Path::new("/nowhere/liba.so");
    let error = va_analyzer_sdk::abi::Plugin::open(missing).err().expect("refused");
    assert!(matches!(&error, LoadError::Linker { .. }), "{error}");
}
