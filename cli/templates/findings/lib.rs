//! Tells the shots of a video and which of them is the longest, from the cuts that `cut_analysis` found.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

#[cfg(test)]
mod tests;

/// The analyzer that this one builds on.
const CUTS: &str = "cut_analysis";

/// `[analyzers.NAME.settings]` of the daemon's configuration. What it leaves out is as in `default`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// A shot below this length is short, seconds.
    short_below_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { short_below_s: 2.0 }
    }
}

/// Loaded once, then at work for many videos: models and tables live here.
#[derive(Debug)]
pub struct Shots {
    settings: Settings,
}

/// One video on its way through.
#[derive(Debug)]
pub struct OneVideo {
    settings: Settings,
    duration_s: f64,
    /// When each shot but the first begins; none where nobody looked for cuts.
    cuts_s: Option<Vec<f64>>,
}

/// What this analyzer reads of the findings of `cut_analysis`; `vactl schema` tells all of them.
#[derive(Debug, Deserialize)]
struct FoundCuts {
    segments: Vec<FoundCut>,
}

#[derive(Debug, Deserialize)]
struct FoundCut {
    timestamp: f64,
}

/// What is told of one shot. The fields are those of the result document.
#[derive(Debug, Serialize)]
struct Segment {
    start: f64,
    end: f64,
    short: bool,
}

/// What is told of the whole video; unknown is null.
#[derive(Debug, Serialize)]
struct Whole {
    shot_count: Option<usize>,
    longest_s: Option<f64>,
}

impl Analyzer for Shots {
    type Session = OneVideo;

    /// `wants_findings_of`: the system runs the other analyzer for this one where it can. Where it cannot do without,
    /// that is `needs_findings_of`.
    fn description() -> Description {
        let about = "the shots, and which is the longest";
        Description::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), about)
            .wants_findings_of(CUTS, FindingsScope::PerVideo)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        va_analyzer_sdk::within("short_below_s", settings.short_below_s, 0.0..)?;
        Ok(Shots { settings })
    }

    fn open(self: &Arc<Self>, video: &Video, _host: &Host) -> Result<OneVideo> {
        let (settings, duration_s) = (self.settings.clone(), video.duration_s.unwrap_or(0.0));
        Ok(OneVideo {
            settings,
            duration_s,
            cuts_s: None,
        })
    }
}

impl Session for OneVideo {
    fn other_findings(&mut self, of: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        if of.analyzer == CUTS {
            let found: FoundCuts = of.read()?;
            self.cuts_s = Some(found.segments.iter().map(|cut| cut.timestamp).collect());
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let Some(cuts_s) = &self.cuts_s else {
            return Summary::of(&Whole {
                shot_count: None,
                longest_s: None,
            });
        };
        let begins = std::iter::once(0.0).chain(cuts_s.iter().copied());
        let ends = cuts_s.iter().copied().chain([self.duration_s]);
        let mut longest_s: f64 = 0.0;
        for (start, end) in begins.zip(ends) {
            let short = end - start < self.settings.short_below_s;
            longest_s = longest_s.max(end - start);
            findings.segment(&Segment { start, end, short })?;
        }
        Summary::of(&Whole {
            shot_count: Some(cuts_s.len() + 1),
            longest_s: Some(rounded(longest_s, 3)),
        })
    }
}

va_analyzer_sdk::export_analyzer!(Shots);
