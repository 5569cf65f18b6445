//! `vactl results export`.

use serde_json::{Value, json};

use crate::fake_daemon::{Answer, FakeDaemon};
use crate::vactl::Vactl;

fn document() -> Value {
    json!({ "analyzers": { "speech_transcription": {
        "status": "degraded", "reason": "whisper-base transcribed in place of whisper-large-v3",
        "segments": [{
            "start_time": 0.52, "end_time": 1.3, "text": "Good morning.", "language": "en", "confidence": 0.94,
            "words": [
                { "word": "Good", "start_time": 0.52, "end_time": 0.78, "confidence": 0.97 },
                { "word": "morning.", "start_time": 0.78, "end_time": 1.3, "confidence": 0.92 },
            ],
        }],
    } } })
}

const SRT: &str = "1\n00:00:00,520 --> 00:00:01,300\nGood morning.\n\n";
const VTT: &str = "WEBVTT\n\n00:00:00.520 --> 00:00:01.300\nGood morning.\n\n";

#[test]
fn subtitles_of_a_file_need_no_daemon() {
    let vactl = Vactl::new();
    std::fs::write(vactl.path("a.json"), document().to_string()).expect("written");
    let file = vactl.path("a.json").display().to_string();
    for (format, wanted) in [("srt", SRT), ("vtt", VTT)] {
        let ended = vactl.run(["results", "export", &file, "--format", format]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), wanted), "{}", ended.stderr);
    }
    let out = vactl.path("a.srt").display().to_string();
    let ended = vactl.run(["results", "export", &file, "--format", "srt", "-o", &out]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&out).expect("written"), SRT);
}

#[test]
fn subtitles_of_a_stored_document_come_from_the_daemon() {
    let vactl = Vactl::new();
    let answer = Answer::Body(200, "application/json", document().to_string());
    let daemon = FakeDaemon::serve(&vactl.socket(), vec![("GET /v1/jobs/01a2-3/result", answer)]);
    let ended = vactl.run(["results", "export", "01a2-3", "--format", "srt"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), SRT), "{}", ended.stderr);
    assert_eq!(daemon.asked().0, "GET /v1/jobs/01a2-3/result");
}

#[test]
fn what_cannot_be_exported_is_told_with_what_to_do() {
    let vactl = Vactl::new();
    let file = |name: &str, text: &str| {
        std::fs::write(vactl.path(name), text).expect("written");
        vactl.path(name).display().to_string()
    };
    let refused = |arguments: &[&str]| {
        let ended = vactl.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
        ended.stderr
    };
    let missing = vactl.path("missing.json").display().to_string();
    let said = refused(&["results", "export", &missing, "--format", "srt"]);
    assert!(said.contains("cannot read the document") && said.contains("hint:"), "{said}");
    let silent = file("silent.json", r#"{ "analyzers": {} }"#);
    let said = refused(&["results", "export", &silent, "--format", "vtt"]);
    assert!(said.contains("speech_transcription did not run") && said.contains("hint:"), "{said}");
    let whole = file("a.json", &document().to_string());
    let said = refused(&["results", "export", &whole, "--format", "srt", "-o", &whole]);
    assert!(said.contains("it is the document"), "{said}");
    assert_eq!(std::fs::read_to_string(&whole).expect("still there"), document().to_string());
}
