//! Tells how loud a video is, second by second, and how much of it is silent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

#[cfg(test)]
mod tests;

/// Below this nothing is measured: what is quieter counts as this loud, dB.
const QUIETEST_DB: f64 = -100.0;

/// `[analyzers.NAME.settings]` of the daemon's configuration. What it leaves out is as in `default`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// A second below this level is silent, dB below full scale.
    silent_below_db: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            silent_below_db: -50.0,
        }
    }
}

/// Loaded once, then at work for many videos: models and tables live here.
#[derive(Debug)]
pub struct Loudness {
    settings: Settings,
}

/// One video on its way through.
#[derive(Debug)]
pub struct OneVideo {
    settings: Settings,
    loudest_db: Option<f64>,
    heard_s: f64,
    silent_s: f64,
}

/// What is told of one second. The fields are those of the result document.
#[derive(Debug, Serialize)]
struct Segment {
    start: f64,
    end: f64,
    level_db: f64,
    silent: bool,
}

/// What is told of the whole video; unknown is null.
#[derive(Debug, Serialize)]
struct Whole {
    loudest_db: Option<f64>,
    silent_ratio: Option<f64>,
}

impl Analyzer for Loudness {
    type Session = OneVideo;

    fn description() -> Description {
        let about = "how loud it is, second by second";
        Description::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Mono16k)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        va_analyzer_sdk::within(
            "silent_below_db",
            settings.silent_below_db,
            QUIETEST_DB..=0.0,
        )?;
        Ok(Loudness { settings })
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<OneVideo> {
        let settings = self.settings.clone();
        Ok(OneVideo {
            settings,
            loudest_db: None,
            heard_s: 0.0,
            silent_s: 0.0,
        })
    }
}

impl Session for OneVideo {
    /// Sound comes in chunks of a second; the last one may be shorter.
    fn audio(&mut self, chunk: &AudioChunk<'_>, findings: &mut Findings) -> Result<()> {
        let level_db = level_db(chunk.samples);
        let silent = level_db < self.settings.silent_below_db;
        self.loudest_db = Some(self.loudest_db.unwrap_or(QUIETEST_DB).max(level_db));
        self.heard_s += chunk.duration_s();
        if silent {
            self.silent_s += chunk.duration_s();
        }
        findings.segment(&Segment {
            start: rounded(chunk.start_s, 3),
            end: rounded(chunk.start_s + chunk.duration_s(), 3),
            level_db: rounded(level_db, 1),
            silent,
        })
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        let heard = self.heard_s > 0.0;
        Summary::of(&Whole {
            loudest_db: self.loudest_db.map(|level| rounded(level, 1)),
            silent_ratio: heard.then(|| rounded(self.silent_s / self.heard_s, 3)),
        })
    }
}

/// The mean power of samples, dB below that of a constant of 1.
fn level_db(samples: &[f32]) -> f64 {
    let power = samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum::<f64>();
    let mean = power / samples.len().max(1) as f64;
    (10.0 * mean.log10()).max(QUIETEST_DB)
}

va_analyzer_sdk::export_analyzer!(Loudness);
