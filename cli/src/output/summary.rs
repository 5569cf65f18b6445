//! A result document in short, for people: what the video is, what each analyzer says of it as a whole, what it cost.

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use va_protocol::api::result::{AnalyzerResult, AnalyzerStatus, Document, DocumentStatus, VideoFacts};

use super::json::{Json, SAMPLE, colour_code};
use super::quantity::{bytes, counted, duration, number};
use super::story;
use super::style::{Style, Tone};
use super::text::{clean, cut, filled, padded, width, wrapped};

/// Keys of the first and the last rows are padded to this, columns.
const KEYS: usize = 8;
/// Keys of a summary are padded to this at most, columns.
const LONGEST_KEYS: usize = 24;
/// Lines that a text may take.
const TEXT_LINES: usize = 4;
const INDENT: &str = "    ";
const GAP: &str = "  ";
/// Between two facts.
const BETWEEN: &str = " · ";

/// What became of the document.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Where it lies.
    pub path: &'a str,
    /// An earlier job had computed it.
    pub stored: bool,
}

pub fn summary(document: &Document, kept: Kept<'_>, style: &Style) -> String {
    let parts: Vec<Part<'_>> = document.analyzers.iter().map(Part::of).collect();
    let keys = parts.iter().flat_map(|part| &part.summary).map(|(key, _)| width(key));
    let keys = keys.max().unwrap_or(0).min(LONGEST_KEYS);
    let names = parts.iter().map(|part| width(part.name)).max().unwrap_or(0);
    let block = |part: &Part<'_>| {
        let entries = part.summary.iter().map(|(key, value)| entry(key, keys, value, style));
        let entries: String = entries.collect();
        format!("\n{}{}{entries}", title(part.name, names, part.result, style), reason(part.result, style))
    };
    let blocks: String = parts.iter().map(block).collect();
    format!("{}{blocks}\n{}", head(document, style), foot(document, kept, style))
}

/// One analyzer's part of the document.
struct Part<'a> {
    name: &'a str,
    result: &'a AnalyzerResult,
    summary: Vec<(String, Json)>,
}

impl<'a> Part<'a> {
    fn of((name, result): (&'a String, &'a AnalyzerResult)) -> Self {
        let mut summary = members(&result.summary);
        if name == story::TELLER {
            let parts = story::parts(&result.segments).into_iter();
            summary.extend(parts.map(|(role, words)| (role, Json::Text(words))));
        }
        Part { name, result, summary }
    }
}

fn head(document: &Document, style: &Style) -> String {
    let video = &document.video;
    let (status, tone) = match document.status {
        DocumentStatus::Success => ("success", Tone::Good),
        DocumentStatus::Partial => ("partial", Tone::Warning),
        DocumentStatus::Error => ("error", Tone::Bad),
    };
    let words = document.error.as_deref().map_or_else(String::new, |error| format!(": {}", clean(error)));
    let room = style.width.saturating_sub(KEYS + GAP.len());
    let told = wrapped(&format!("{status}{words}"), room).join("\n");
    let told = told.replacen(status, &style.paint(tone, status), 1);
    let measures = measures(video);
    let measures = filled(measures.iter().map(String::as_str), BETWEEN, room).join("\n");
    row("video", &style.paint(Tone::Strong, &clean(&video.path)), style)
        + &row("", &measures, style)
        + &row("status", &told, style)
}

/// `50 s`, `1080 × 1920`, `30 fps`, `1500 frames`, `h264 + aac`, `12.4 MB`.
fn measures(video: &VideoFacts) -> Vec<String> {
    let picture = video.width.zip(video.height);
    let frames = counted(video.frame_count, "frame");
    let codecs: Vec<String> =
        [&video.video_codec, &video.audio_codec].into_iter().flatten().map(|codec| clean(codec)).collect();
    let parts = [
        video.duration_s.map(duration),
        picture.map(|(width, height)| format!("{width} × {height}")),
        video.fps.map(|fps| format!("{} fps", number(fps))),
        (picture.is_some() || video.frame_count > 0).then_some(frames),
        (!codecs.is_empty()).then(|| codecs.join(" + ")),
        picture.is_none().then(|| "no picture".to_owned()),
        (!video.has_audio).then(|| "no sound".to_owned()),
        (video.rotation != 0).then(|| format!("turned by {}°", video.rotation)),
        Some(bytes(video.size_bytes)),
    ];
    parts.into_iter().flatten().collect()
}

fn foot(document: &Document, kept: Kept<'_>, style: &Style) -> String {
    let metrics = &document.metrics;
    let took = [
        Some(duration(metrics.processing_time_s)),
        metrics.realtime_factor.map(|factor| format!("{} × real time", number(factor))),
        Some(format!("{} CPU decoding", duration(metrics.decode_s))),
        Some(format!("{} MB memory at the peak", metrics.memory_peak_mb.round())),
    ];
    let room = style.width.saturating_sub(KEYS + GAP.len());
    let took = filled(took.iter().flatten().map(String::as_str), BETWEEN, room).join("\n");
    let stored = if kept.stored { " (of an earlier job; --fresh computes again)" } else { "" };
    row("took", &took, style)
        + &row("document", &format!("{}{}", clean(kept.path), style.paint(Tone::Faint, stored)), style)
}

/// A key, and a value of one or more lines.
fn row(key: &str, value: &str, style: &Style) -> String {
    let line = |(at, line): (usize, &str)| {
        let key = padded(if at == 0 { key } else { "" }, KEYS);
        format!("{}{GAP}{line}\n", style.paint(Tone::Faint, &key))
    };
    value.split('\n').enumerate().map(line).collect()
}

/// An analyzer's name, how it did, and what that took.
fn title(name: &str, names: usize, result: &AnalyzerResult, style: &Style) -> String {
    let (mark, status, tone) = match result.status {
        AnalyzerStatus::Ok => ("✔", "ok", Tone::Good),
        AnalyzerStatus::Degraded => ("✔", "degraded", Tone::Warning),
        AnalyzerStatus::Failed => ("✖", "failed", Tone::Bad),
        AnalyzerStatus::Skipped => ("–", "skipped", Tone::Faint),
        AnalyzerStatus::Unavailable => ("–", "unavailable", Tone::Warning),
    };
    let has_findings = matches!(result.status, AnalyzerStatus::Ok | AnalyzerStatus::Degraded);
    let ran = has_findings || result.status == AnalyzerStatus::Failed;
    let facts = [
        has_findings.then(|| counted(segments(&result.segments), "segment")),
        (result.frames > 0).then(|| counted(result.frames, "frame")),
        ran.then(|| format!("{} computing", duration(result.timing.compute_s))),
        result.model.as_ref().map(|model| clean(&model.name)),
        result.device.as_deref().filter(|_| ran).map(clean),
    ];
    let facts: String = facts.into_iter().flatten().map(|fact| format!("{BETWEEN}{fact}")).collect();
    format!(
        "{} {}{GAP}{}{}\n",
        style.paint(tone, mark),
        style.paint(Tone::Strong, &padded(&clean(name), names)),
        style.paint(tone, status),
        style.paint(Tone::Faint, &facts)
    )
}

fn reason(result: &AnalyzerResult, style: &Style) -> String {
    let reason = clean(result.reason.as_deref().unwrap_or_default());
    let lines = wrapped(&reason, style.width.saturating_sub(INDENT.len()));
    lines.iter().map(|line| format!("{INDENT}{line}\n")).collect()
}

/// A key of a summary with its value: a text in a few lines, any other each line cut at the width.
fn entry(key: &str, keys: usize, value: &Json, style: &Style) -> String {
    let key = cut(&clean(key), LONGEST_KEYS);
    let room = style.width.saturating_sub(INDENT.len() + keys + GAP.len());
    let line = |(at, line): (usize, String)| {
        let key = style.paint(Tone::Faint, &padded(if at == 0 { &key } else { "" }, keys));
        format!("{INDENT}{key}{GAP}{}\n", sampled(&cut(&line, room)))
    };
    let lines = match value {
        Json::Text(text) if colour_code(text).is_none() => few_lines(&value.lines(false).concat(), room),
        value => value.lines(style.true_colour),
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// A text in lines of whole words. The last one may be too long: what is left out is cut where it is printed.
fn few_lines(text: &str, room: usize) -> Vec<String> {
    let mut lines = wrapped(text, room);
    if lines.len() > TEXT_LINES {
        let rest = lines.split_off(TEXT_LINES - 1).join(" ");
        lines.push(rest);
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// Samples of colours, in their colours.
fn sampled(line: &str) -> String {
    let mut pieces = line.split(SAMPLE);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.get(1..8).and_then(colour_code) {
            Some([red, green, blue]) => {
                text.push_str(&format!("\u{1b}[38;2;{red};{green};{blue}m{SAMPLE}\u{1b}[0m{piece}"))
            }
            None => text.extend([SAMPLE.to_string().as_str(), piece]),
        }
    }
    text
}

fn segments(segments: &RawValue) -> u64 {
    serde_json::from_str::<Vec<IgnoredAny>>(segments.get()).map_or(0, |list| list.len() as u64)
}

/// The members of a summary; one of another shape gets a name of its own.
fn members(summary: &RawValue) -> Vec<(String, Json)> {
    match serde_json::from_str(summary.get()) {
        Ok(Json::Object(members)) => members,
        Ok(Json::Null) | Err(_) => Vec::new(),
        Ok(other) => vec![("summary".to_owned(), other)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r##"{
      "schema_version": "1.0", "status": "partial", "error": "failed: camera_analysis",
      "video": {"path": "/data/a\nb.mp4", "source_url": null, "sha256": null, "size_bytes": 12412345, "duration_s": 50.033,
        "fps": 29.97, "frame_count": 1500, "width": 1080, "height": 1920, "rotation": 90, "video_codec": "h264",
        "audio_codec": "aac", "has_audio": true},
      "analyzers": {
        "audio_analysis": {"status": "ok", "reason": null, "version": "0.1.0", "model": null, "device": "cpu",
          "cache_hit": true, "timing": {"queue_s": 0, "load_s": 0, "compute_s": 0.3124, "wall_s": 1.2}, "frames": 0,
          "segments": [{"start_time": 0}, {"start_time": 1}],
          "summary": {"tempo_bpm": 119.84375, "beats": [0.51, 1.01, 1.52, 2.02, 2.53, 3.03], "key": "A minor", "music_ratio": null}},
        "camera_analysis": {"status": "failed", "reason": "its worker process was killed by signal 11 (SIGSEGV)", "version": "0.1.0",
          "model": null, "device": "cpu", "cache_hit": true, "timing": {"queue_s": 0, "load_s": 0, "compute_s": 0, "wall_s": 0},
          "frames": 12, "segments": [], "summary": null},
        "color_analysis": {"status": "ok", "reason": null, "version": "0.1.0", "model": null, "device": "cpu",
          "cache_hit": true, "timing": {"queue_s": 0, "load_s": 0, "compute_s": 1.5, "wall_s": 2}, "frames": 1,
          "segments": [{"timestamp": 0}],
          "summary": {"dominant_colors": [{"hex": "#1a1b2c", "ratio": 0.61234, "name": "dark navy"},
            {"hex": "#c0b0a0", "ratio": 0.38766, "name": "a name that is so long that it does not fit into a line of a terminal"}],
            "temperature": "cool"}},
        "text_overlay": {"status": "skipped", "reason": "the video has no picture that it could read", "version": null, "model": null,
          "device": null, "cache_hit": false, "timing": {"queue_s": 0, "load_s": 0, "compute_s": 0, "wall_s": 0},
          "frames": 0, "segments": [], "summary": null}
      },
      "metrics": {"processing_time_s": 3.214, "realtime_factor": 15.567, "decode_s": 2.41, "gpu_utilization_avg": null,
        "gpu_utilization_peak": null, "gpu_memory_peak_mb": null, "memory_peak_mb": 411.7, "cache_hit_rate": 1,
        "analyzer_success_rate": 0.75}
    }"##;

    fn document() -> Document {
        serde_json::from_str(DOCUMENT).expect("a document")
    }

    const KEPT: Kept<'_> = Kept { path: "/home/u/out.json", stored: false };

    #[test]
    fn a_document_is_told_in_short() {
        insta::assert_snapshot!(summary(&document(), KEPT, &Style { width: 80, ..Style::PLAIN }), @r"
        video     /data/a\nb.mp4
                  50 s · 1080 × 1920 · 29.97 fps · 1500 frames · h264 + aac
                  turned by 90° · 12.4 MB
        status    partial: failed: camera_analysis

        ✔ audio_analysis   ok · 2 segments · 0.31 s computing · cpu
            tempo_bpm        119.8
            beats            0.51, 1.01, 1.52, 2.02, 2.53, … (6 in all)
            key              A minor
            music_ratio      –

        ✖ camera_analysis  failed · 12 frames · 0 s computing · cpu
            its worker process was killed by signal 11 (SIGSEGV)

        ✔ color_analysis   ok · 1 segment · 1 frame · 1.5 s computing · cpu
            dominant_colors  hex=#1a1b2c, ratio=0.612, name=dark navy
                             hex=#c0b0a0, ratio=0.388, name=a name that is so long that…
            temperature      cool

        – text_overlay     skipped
            the video has no picture that it could read

        took      3.21 s · 15.57 × real time · 2.41 s CPU decoding
                  412 MB memory at the peak
        document  /home/u/out.json
        ");
    }

    #[test]
    fn a_transcript_takes_a_few_lines_and_a_story_is_told_part_by_part() {
        let result = |summary: &str, segments: &str| {
            format!(
                r#"{{"status": "ok", "reason": null, "version": "0.1.0", "model": null, "device": "cpu", "cache_hit": true,
                "timing": {{"queue_s": 0, "load_s": 0, "compute_s": 0.5, "wall_s": 1}}, "frames": 0,
                "segments": {segments}, "summary": {summary}}}"#
            )
        };
        let said =
            format!(r#"{{"language": "en", "text": "{}"}}"#, "we say it again and again, ".repeat(8).trim());
        let story = r#"[{"start_time": 0, "end_time": 2.5, "role": "hook", "summary": "One shot: \"Who was it?\" is said.",
            "sentiment": null}, {"start_time": 2.5, "end_time": 50, "role": "development", "summary": "3 shots of 2 people and a dog with music: \"We went home\" is said.",
            "sentiment": -0.25}]"#;
        let mut document = document();
        let texts = [
            ("speech_transcription", result(&said, "[]")),
            ("temporal_flow", result(r#"{"story_arc": "rising", "pace": "slow"}"#, story)),
        ];
        let parsed =
            |(name, text): (&str, String)| (name.to_owned(), serde_json::from_str(&text).expect("a result"));
        document.analyzers = texts.into_iter().map(parsed).collect();
        let text = summary(&document, KEPT, &Style { width: 64, ..Style::PLAIN });
        let blocks: Vec<&str> = text.split("\n\n").collect();
        insta::assert_snapshot!(blocks[1..3].join("\n\n"), @"
        ✔ speech_transcription  ok · 0 segments · 0.5 s computing · cpu
            language     en
            text         we say it again and again, we say it again and
                         again, we say it again and again, we say it
                         again and again, we say it again and again, we
                         say it again and again, we say it again and ag…

        ✔ temporal_flow         ok · 2 segments · 0.5 s computing · cpu
            story_arc    rising
            pace         slow
            hook         0–2.5 s One shot: \"Who was it?\" is said.
            development  2.5–50 s 3 shots of 2 people and a dog with
                         music: \"We went home\" is said. (-0.25)
        ");
    }

    #[test]
    fn no_line_but_those_with_paths_is_wider_than_the_terminal() {
        let text = summary(&document(), KEPT, &Style { width: 60, ..Style::PLAIN });
        let wide: Vec<&str> =
            text.lines().filter(|line| width(line) > 60 && line.starts_with(INDENT)).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }

    #[test]
    fn an_audio_file_has_no_picture_and_a_stored_result_says_so() {
        let mut document = document();
        document.video = VideoFacts {
            width: None,
            height: None,
            fps: None,
            frame_count: 0,
            video_codec: None,
            rotation: 0,
            ..document.video
        };
        let text = summary(&document, Kept { stored: true, ..KEPT }, &Style::PLAIN);
        assert!(text.contains("50 s · aac · no picture · 12.4 MB\n"), "{text}");
        assert!(
            text.ends_with("document  /home/u/out.json (of an earlier job; --fresh computes again)\n"),
            "{text}"
        );
    }

    #[test]
    fn colours_are_shown_in_their_colour_where_the_terminal_can() {
        let text = summary(&document(), KEPT, &Style { colour: true, true_colour: true, width: 80 });
        assert!(text.contains("hex=\u{1b}[38;2;26;27;44m■\u{1b}[0m #1a1b2c, ratio=0.612"), "{text}");
    }
}
