//! What is said of the whole video.

use std::collections::BTreeMap;

use serde::Serialize;

use va_analyzer_sdk::rounded;

/// Counts frames, those left out as well: a ratio holds until the next one is known.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    frames: u32,
    ratio: Option<f64>,
    ratios: f64,
    with_ratio: u32,
    places: BTreeMap<&'static str, u32>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct WholeVideo {
    /// The place of at least half of the frames.
    pub(crate) scene: Option<&'static str>,
    /// Over time; `null` without a frame.
    pub(crate) foreground_ratio_mean: Option<f64>,
}

impl Tally {
    /// The next frame: its foreground's share, where it is known, and its place.
    pub(crate) fn add(&mut self, ratio: Option<f64>, place: Option<&'static str>) {
        self.frames += 1;
        self.ratio = ratio.or(self.ratio);
        if let Some(ratio) = self.ratio {
            self.ratios += ratio;
            self.with_ratio += 1;
        }
        if let Some(place) = place {
            *self.places.entry(place).or_default() += 1;
        }
    }

    pub(crate) fn summary(&self) -> WholeVideo {
        let most = self.places.iter().max_by_key(|(_, frames)| **frames);
        let known = self.with_ratio > 0;
        WholeVideo {
            scene: most.filter(|(_, frames)| **frames * 2 >= self.frames).map(|(place, _)| *place),
            foreground_ratio_mean: known.then(|| rounded(self.ratios / f64::from(self.with_ratio), 4)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_holds_until_the_next_one() {
        let mut tally = Tally::default();
        for ratio in [Some(0.5), None, None, Some(0.1)] {
            tally.add(ratio, None);
        }
        assert_eq!(tally.summary().foreground_ratio_mean, Some(0.4));
        let nothing = WholeVideo { scene: None, foreground_ratio_mean: None };
        assert_eq!(Tally::default().summary(), nothing);
    }

    #[test]
    fn a_place_must_have_half_of_the_frames() {
        let mut tally = Tally::default();
        for place in [Some("street"), Some("street"), None, None] {
            tally.add(Some(0.0), place);
        }
        assert_eq!(tally.summary().scene, Some("street"));
        tally.add(Some(0.0), None);
        assert_eq!(tally.summary().scene, None);
    }
}
