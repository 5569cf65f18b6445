//! The result document, put together from what decoder and analyzers had to say. Pure.

use std::collections::BTreeMap;

use va_protocol::api::result::{
    AnalyzerStatus, Document, DocumentStatus, Metrics, SCHEMA_VERSION, VideoFacts,
};

use super::file::VideoFile;
use super::outcome::Settled;
use super::pass::Seen;
use crate::models::Models;
use crate::workers::memory_peak_mb;

pub(super) struct Ingredients {
    pub(super) video: VideoFile,
    pub(super) seen: Seen,
    pub(super) settled: BTreeMap<String, Settled>,
    pub(super) versions: BTreeMap<String, String>,
    /// The analyzers were asked for by name.
    pub(super) by_name: bool,
    /// Analyzers that were left out, since they had crashed again and again.
    pub(super) quarantined: u64,
}

/// `processing_time_s`: from the request until now.
pub(super) fn compose(ingredients: Ingredients, models: &Models, processing_time_s: f64) -> Document {
    let Ingredients { video, seen, settled, mut versions, by_name, quarantined } = ingredients;
    let (status, error) = judge(&settled, seen.report.defect.as_deref(), by_name);
    let facts = facts(&video, &seen);
    let metrics = metrics(&settled, &seen, (facts.duration_s, processing_time_s), quarantined);
    let analyzers = settled.into_iter().map(|(name, settled)| {
        let version = versions.remove(&name);
        (name, settled.into_result(version, |model| models.sha256(model)))
    });
    Document {
        schema_version: SCHEMA_VERSION.to_owned(),
        status,
        error,
        video: facts,
        analyzers: analyzers.collect(),
        metrics,
    }
}

/// The status and, where it is not success, why.
fn judge(
    settled: &BTreeMap<String, Settled>,
    defect: Option<&str>,
    by_name: bool,
) -> (DocumentStatus, Option<String>) {
    let names = |status: AnalyzerStatus| {
        let of_status = settled.iter().filter(move |(_, settled)| settled.status == status);
        of_status.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    let failed = names(AnalyzerStatus::Failed);
    let unavailable = if by_name { names(AnalyzerStatus::Unavailable) } else { Vec::new() };
    let mut reasons: Vec<String> = defect.map(str::to_owned).into_iter().collect();
    if !failed.is_empty() {
        reasons.push(format!("failed: {}", failed.join(", ")));
    }
    if !unavailable.is_empty() {
        reasons.push(format!("not available: {}", unavailable.join(", ")));
    }
    let error = (!reasons.is_empty()).then(|| reasons.join("; "));
    if !settled.values().any(Settled::has_findings) {
        let error = error.unwrap_or_else(|| "no analyzer had anything to look at or listen to".to_owned());
        return (DocumentStatus::Error, Some(error));
    }
    let status = if error.is_some() { DocumentStatus::Partial } else { DocumentStatus::Success };
    (status, error)
}

fn facts(video: &VideoFile, seen: &Seen) -> VideoFacts {
    let info = seen.info.as_ref();
    let picture = info.filter(|info| info.has_video);
    VideoFacts {
        path: video.path.to_string_lossy().into_owned(),
        source_url: None,
        sha256: seen.report.sha256.clone(),
        size_bytes: video.size_bytes,
        duration_s: seen.report.duration_s.or(info.and_then(|info| info.duration_s)).map(round),
        fps: picture.map(|info| round(info.fps)).filter(|fps| *fps > 0.0),
        frame_count: seen.report.frames,
        width: picture.map(|info| info.width),
        height: picture.map(|info| info.height),
        rotation: info.map_or(0, |info| info.rotation),
        video_codec: info.and_then(|info| info.video_codec.clone()),
        audio_codec: info.and_then(|info| info.audio_codec.clone()),
        has_audio: info.is_some_and(|info| info.has_audio),
    }
}

fn metrics(
    settled: &BTreeMap<String, Settled>,
    seen: &Seen,
    (duration_s, processing_time_s): (Option<f64>, f64),
    quarantines: u64,
) -> Metrics {
    let ran: Vec<&Settled> = settled.values().filter(|settled| settled.ran()).collect();
    let share = |count: usize| if ran.is_empty() { 0.0 } else { round(count as f64 / ran.len() as f64) };
    let workers: f64 = seen.memory_mb.values().sum();
    Metrics {
        processing_time_s: round(processing_time_s),
        realtime_factor: duration_s.map(|duration| round(duration / processing_time_s.max(1e-3))),
        decode_s: round(seen.report.cpu_s),
        gpu_utilization_avg: None,
        gpu_utilization_peak: None,
        gpu_memory_peak_mb: None,
        memory_peak_mb: round(memory_peak_mb(std::process::id()) + seen.report.memory_peak_mb + workers),
        cache_hit_rate: share(ran.iter().filter(|settled| settled.cache_hit).count()),
        loads: ran.iter().filter(|settled| settled.device.is_some() && !settled.cache_hit).count() as u64,
        evictions: seen.evictions,
        restarts: seen.ended_workers,
        quarantines,
        analyzer_success_rate: share(ran.iter().filter(|settled| settled.has_findings()).count()),
    }
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(entries: &[(&str, AnalyzerStatus)]) -> BTreeMap<String, Settled> {
        entries
            .iter()
            .map(|(name, status)| ((*name).to_owned(), Settled::without_findings(*status, "why")))
            .collect()
    }

    #[test]
    fn the_status_follows_from_failures_defects_and_what_was_asked_for() {
        use AnalyzerStatus::{Degraded, Failed, Ok, Skipped, Unavailable};
        let status =
            |entries: &[(&str, AnalyzerStatus)], defect, by_name| judge(&settled(entries), defect, by_name).0;
        assert_eq!(status(&[("a", Ok), ("b", Skipped)], None, true), DocumentStatus::Success);
        assert_eq!(status(&[("a", Degraded), ("b", Unavailable)], None, false), DocumentStatus::Success);
        assert_eq!(status(&[("a", Ok), ("b", Unavailable)], None, true), DocumentStatus::Partial);
        assert_eq!(status(&[("a", Ok), ("b", Failed)], None, false), DocumentStatus::Partial);
        assert_eq!(status(&[("a", Ok)], Some("the file is truncated"), false), DocumentStatus::Partial);
        assert_eq!(status(&[("a", Failed)], None, false), DocumentStatus::Error);
        assert_eq!(status(&[("a", Skipped)], None, false), DocumentStatus::Error);
    }

    #[test]
    fn the_error_names_everything_that_is_wrong() {
        let entries =
            [("a", AnalyzerStatus::Ok), ("b", AnalyzerStatus::Failed), ("c", AnalyzerStatus::Failed)];
        let (_, error) =
            judge(&settled(&entries), Some("the file is truncated: 1 of 2 frames are there"), false);
        assert_eq!(error.as_deref(), Some("the file is truncated: 1 of 2 frames are there; failed: b, c"));
    }
}
