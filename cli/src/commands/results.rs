//! `vactl results export`: a stored document, or one in a file, in another form.

use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;

use crate::args::{Export, ExportFormat, Results};
use crate::document_target::DocumentTarget;
use crate::exit::{Exit, Failure};
use crate::output::{self, Said, Subtitles, subtitles};
use crate::places::Places;

/// The analyzer whose findings become subtitles.
const TRANSCRIBER: &str = "speech_transcription";

pub(super) async fn run(places: &Places, results: &Results) -> Result<(), Failure> {
    let Results::Export(arguments) = results;
    let target = target(arguments)?;
    let document = document(places, &arguments.document).await?;
    let said = said(&document, &arguments.document)?;
    let form = match arguments.format {
        ExportFormat::Srt => Subtitles::SubRip,
        ExportFormat::Vtt => Subtitles::WebVtt,
    };
    let text = subtitles(&said, form);
    match target {
        None => output::print(text).await,
        Some(target) => {
            let written = tokio::task::spawn_blocking(move || target.write(text.as_bytes())).await;
            written.map_err(|error| {
                Failure::new(Exit::Internal, format!("cannot write the subtitles: {error}"))
            })?
        }
    }
}

/// `None` is standard output.
fn target(arguments: &Export) -> Result<Option<DocumentTarget>, Failure> {
    let file = arguments.output.as_deref().filter(|output| *output != Path::new("-"));
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if let Some(file) = file
        && real(file).is_some_and(|file| Some(file) == real(Path::new(&arguments.document)))
    {
        let message = format!("cannot write the subtitles to {}: it is the document", file.display());
        return Err(Failure::new(Exit::Usage, message).hint("name another file"));
    }
    file.map(|file| DocumentTarget::at(file, Path::new(&arguments.document))).transpose()
}

/// Of a file, where there is one of that name; else of the daemon's store, by the job.
async fn document(places: &Places, named: &str) -> Result<Bytes, Failure> {
    let cannot = |why: String| Failure::new(Exit::Usage, format!("cannot read the document {named}: {why}"));
    match tokio::fs::read(named).await {
        Ok(document) => return Ok(document.into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_job(named) => {}
        Err(error) => {
            return Err(
                cannot(error.to_string()).hint("name the file that `vactl analyze -o FILE` wrote, or a job")
            );
        }
    }
    Ok(places.daemon().await?.document(named).await?)
}

/// Letters, digits and dashes: what is sent to the daemon as a part of a path must not be more.
fn is_job(named: &str) -> bool {
    !named.is_empty() && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[derive(Deserialize)]
struct Document {
    analyzers: std::collections::BTreeMap<String, Part>,
}

#[derive(Deserialize)]
struct Part {
    status: String,
    reason: Option<String>,
    segments: Box<serde_json::value::RawValue>,
}

fn said(document: &[u8], named: &str) -> Result<Vec<Said>, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let wrong = |error: serde_json::Error| {
        usage(format!("{named} is no result document: {error}")).hint("`vactl analyze -o FILE` writes one")
    };
    let document: Document = serde_json::from_slice(document).map_err(wrong)?;
    let missing = |why: &str| {
        usage(format!("{named} has no transcript: {why}")).hint(format!(
            "`vactl analyze --analyzers {TRANSCRIBER} -o FILE VIDEO` makes a document with one"
        ))
    };
    let part =
        document.analyzers.get(TRANSCRIBER).ok_or_else(|| missing(&format!("{TRANSCRIBER} did not run")))?;
    if !matches!(part.status.as_str(), "ok" | "degraded") {
        let reason = part.reason.as_deref().unwrap_or("it gives no reason");
        return Err(missing(&format!("{TRANSCRIBER} is {}: {reason}", part.status)));
    }
    serde_json::from_str(part.segments.get()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(document: &str) -> String {
        let failure = said(document.as_bytes(), "a.json").expect_err("refused");
        assert_eq!(failure.exit, Exit::Usage);
        failure.message
    }

    #[test]
    fn a_document_without_a_transcript_says_why() {
        assert!(refused("text").starts_with("a.json is no result document"));
        assert_eq!(
            refused(r#"{"analyzers": {}}"#),
            "a.json has no transcript: speech_transcription did not run"
        );
        let skipped = r#"{"analyzers": {"speech_transcription":
            {"status": "skipped", "reason": "the video has no sound", "segments": []}}}"#;
        assert_eq!(
            refused(skipped),
            "a.json has no transcript: speech_transcription is skipped: the video has no sound"
        );
        let other =
            r#"{"analyzers": {"speech_transcription": {"status": "ok", "reason": null, "segments": [1]}}}"#;
        assert!(refused(other).starts_with("a.json is no result document"));
    }

    #[test]
    fn only_what_may_be_a_job_is_asked_for() {
        assert!(is_job("01a2131584e5-2"));
        assert!(!is_job("../status") && !is_job("a.json") && !is_job(""));
    }
}
