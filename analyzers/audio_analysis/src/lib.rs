//! What a sound track sounds like: level, brightness and pitch of each second; tempo, beats, key and loudness of the
//! whole. No model: signal processing from the literature, named where it stands.

pub mod beats;
pub mod chroma;
pub mod key;
pub mod listening;
pub mod loudness;
pub mod onset;
pub mod seconds;
pub mod settings;
pub mod shares;
pub mod spectrum;
pub mod tempo;

use std::sync::Arc;

use serde::Serialize;
use va_analyzer_sdk::prelude::*;

use crate::listening::{Heard, Listening};
use crate::seconds::round;
use crate::settings::Settings;
use crate::shares::Shares;
use crate::tempo::Tempo;

/// Whose findings tell music and speech apart.
const ENVIRONMENT: &str = "audio_environment";

/// A sound shorter than this has no key.
const LEAST_KEY_S: f64 = 2.0;

/// The analyzer.
#[derive(Debug)]
pub struct AudioAnalysis {
    settings: Settings,
}

/// One sound track.
#[derive(Debug)]
pub struct SoundTrack {
    settings: Settings,
    host: Host,
    /// From the first chunk on.
    listening: Option<Listening>,
    /// Where audio_environment ran.
    shares: Option<Shares>,
}

/// The whole sound track, as it stands in the result document.
#[derive(Debug, Default, Serialize)]
pub struct SoundSummary {
    /// `null` without a beat.
    pub tempo_bpm: Option<f64>,
    /// Seconds; empty without a beat.
    pub beats: Vec<f64>,
    /// Such as `A minor`; `null` where the sound is not tonal.
    pub key: Option<String>,
    /// EBU R 128, integrated; `null` of silence.
    pub loudness_lufs: Option<f64>,
    /// Median over the voiced frames of all seconds that have a pitch.
    pub pitch_median_hz: Option<f64>,
    /// As audio_environment found it; `null` where that did not run.
    pub music_ratio: Option<f64>,
    /// See `music_ratio`.
    pub speech_ratio: Option<f64>,
}

impl Analyzer for AudioAnalysis {
    type Session = SoundTrack;

    fn description() -> Description {
        let about = "level, spectrum and pitch of each second; tempo, beats, key and loudness";
        Description::new("audio_analysis", env!("CARGO_PKG_VERSION"), about)
            .audio(AudioRequest::Native)
            .findings_of(ENVIRONMENT, FindingsScope::PerVideo)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings: Settings = host.settings()?;
        settings.check()?;
        Ok(AudioAnalysis { settings })
    }

    fn open(self: &Arc<Self>, _video: &Video, host: &Host) -> Result<SoundTrack> {
        Ok(SoundTrack { settings: self.settings, host: host.clone(), listening: None, shares: None })
    }
}

impl Session for SoundTrack {
    fn audio(&mut self, chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        let AudioChunk { start_s, sample_rate, channels, samples } = *chunk;
        if sample_rate == 0 || channels == 0 {
            return Err(Error::new(format!(
                "sound of {sample_rate} Hz and {channels} channels cannot be heard"
            )));
        }
        let Settings { pitch_min_hz, pitch_max_hz, .. } = self.settings;
        let begin = || Listening::new(sample_rate, channels, start_s, [pitch_min_hz, pitch_max_hz]);
        let listening = self.listening.get_or_insert_with(begin);
        if (listening.sample_rate, listening.channels) != (sample_rate, channels) {
            return Err(Error::new(format!(
                "the sound changed from {} Hz, {} channels to {sample_rate} Hz, {channels} channels",
                listening.sample_rate, listening.channels
            )));
        }
        listening.push(samples);
        Ok(())
    }

    fn other_findings(&mut self, other: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        if other.analyzer == ENVIRONMENT {
            self.shares = Some(Shares::read(other)?);
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let Some(listening) = self.listening.take() else { return Summary::of(&SoundSummary::default()) };
        let heard = listening.finish();
        let mut summary = summarise(&heard, &self.settings);
        match &self.shares {
            Some(Shares { music, speech }) => (summary.music_ratio, summary.speech_ratio) = (*music, *speech),
            None => self.host.log(
                LogLevel::Info,
                format!(
                    "music_ratio and speech_ratio are null, as {ENVIRONMENT} found nothing in this video"
                ),
            ),
        }
        for segment in heard.seconds.segments(self.settings.voiced_min) {
            findings.segment(&segment)?;
        }
        Summary::of(&summary)
    }
}

fn summarise(heard: &Heard, settings: &Settings) -> SoundSummary {
    let (tempo_bpm, beats) = tempo_and_beats(heard, settings);
    let long_enough = heard.seconds.samples() as f64 >= LEAST_KEY_S * heard.seconds.sample_rate();
    let key = key::key_of(&heard.chroma, settings.key_tunedness_min, settings.key_correlation_min);
    SoundSummary {
        tempo_bpm: tempo_bpm.map(|bpm| round(bpm, 2)),
        beats: beats.into_iter().map(|beat| round(beat, 3)).collect(),
        key: key.filter(|_| long_enough).map(|key| key.name),
        loudness_lufs: heard.loudness_lufs.map(|lufs| round(lufs, 2)),
        pitch_median_hz: heard.seconds.pitch_median_hz(settings.voiced_min).map(|hz| round(hz, 1)),
        music_ratio: None,
        speech_ratio: None,
    }
}

/// Beats a minute, and the seconds of the beats.
fn tempo_and_beats(heard: &Heard, settings: &Settings) -> (Option<f64>, Vec<f64>) {
    let rate = heard.seconds.sample_rate() / heard.onset_hop as f64;
    let [all, low] =
        [&heard.onsets.all, &heard.onsets.low].map(|envelope| tempo::outstanding(envelope, rate));
    let range = [settings.tempo_min_bpm, settings.tempo_max_bpm];
    let duration_s = all.len() as f64 / rate;
    let clear = |tempo: &Tempo| tempo.clarity >= tempo::least_clarity(settings.beat_clarity_min, duration_s);
    let Some(tempo) = tempo::tempo(&all, &low, rate, range).filter(clear) else { return (None, Vec::new()) };
    let frames = beats::beats(&beats::strokes(&all, &low), 60.0 * rate / tempo.bpm);
    let Some(bpm) = beats::bpm_of(&frames, rate) else { return (None, Vec::new()) };
    let time_s = |frame: f64| heard.seconds.time_s(frame * heard.onset_hop as f64);
    (Some(bpm), frames.into_iter().map(time_s).filter(|beat| *beat >= 0.0).collect())
}

va_analyzer_sdk::export_analyzer!(AudioAnalysis);
