//! Probabilities of speech, chunk by chunk, into stretches of speech.

use std::collections::VecDeque;

use super::CHUNK;

/// A stretch of speech: samples of 16 kHz from the start of the recording, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub start: u64,
    pub end: u64,
}

/// When a stretch begins and ends. The defaults are those of Silero's own reading of its network.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Speech begins with a chunk of this probability.
    pub begins_at: f32,
    /// It may end with a chunk below this one.
    pub ends_below: f32,
    /// It ends where none reaches `begins_at` for so many samples.
    pub least_pause: u64,
    /// A stretch that is shorter is none, samples.
    pub least_speech: u64,
    /// A stretch in which no chunk reaches this probability is none: singing and cries seldom do, a word does.
    pub sure_at: f32,
    /// A stretch reaches so many samples further on both sides.
    pub margin: u64,
    /// A stretch that gets longer is parted where speech is least sure in its last fifth, samples.
    pub longest: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            begins_at: 0.5,
            ends_below: 0.35,
            least_pause: 1600,
            least_speech: 4000,
            sure_at: 0.0,
            margin: 480,
            longest: u64::MAX,
        }
    }
}

impl Rules {
    /// The defaults for another probability: speech may end 0.15 below the one that it begins with.
    pub fn beginning_at(begins_at: f32) -> Self {
        Rules { begins_at, ends_below: (begins_at - 0.15).max(0.01), ..Rules::default() }
    }

    /// A stretch is none that never gets 0.35 more probable than where it begins.
    #[must_use]
    pub fn sure(self) -> Self {
        Rules { sure_at: (self.begins_at + 0.35).min(0.95), ..self }
    }
}

/// Reads the chunks of one recording in order.
#[derive(Debug, Clone)]
pub struct Stretches {
    rules: Rules,
    /// Chunks so far.
    chunks: u64,
    /// First sample of the speech that goes on.
    begun: Option<u64>,
    /// First sample of the chunks without speech that may end it.
    quiet: Option<u64>,
    /// The highest probability since it began.
    peak: f32,
    /// First sample and probability of the chunks that speech that goes on may be parted at.
    recent: VecDeque<(u64, f32)>,
    /// End of the last stretch, with its margin.
    last_end: u64,
}

impl Stretches {
    pub fn new(rules: Rules) -> Self {
        Stretches {
            rules,
            chunks: 0,
            begun: None,
            quiet: None,
            peak: 0.0,
            recent: VecDeque::new(),
            last_end: 0,
        }
    }

    /// First sample that a stretch yet to come may begin at.
    pub fn earliest(&self) -> u64 {
        let now = self.chunks * CHUNK as u64;
        self.begun.unwrap_or(now).saturating_sub(self.rules.margin).max(self.last_end)
    }

    /// Takes the probability of the next chunk; a stretch that has just ended.
    pub fn push(&mut self, speech: f32) -> Option<Stretch> {
        let at = self.chunks * CHUNK as u64;
        self.chunks += 1;
        if speech >= self.rules.begins_at {
            self.quiet = None;
            self.begun.get_or_insert(at);
            self.peak = self.peak.max(speech);
        }
        let begun = self.begun?;
        if speech < self.rules.ends_below {
            let quiet = *self.quiet.get_or_insert(at);
            if at - quiet >= self.rules.least_pause {
                self.begun = None;
                return self.ended(begun, quiet);
            }
        }
        self.parted(begun, at, speech)
    }

    /// Ends the recording, which has so many samples: the stretch that was going on.
    pub fn finish(mut self, samples: u64) -> Option<Stretch> {
        let begun = self.begun.take()?;
        let end = self.quiet.unwrap_or(samples).min(samples);
        let stretch = self.ended(begun, end)?;
        Some(Stretch { end: stretch.end.min(samples), ..stretch })
    }

    fn ended(&mut self, begun: u64, end: u64) -> Option<Stretch> {
        self.quiet = None;
        self.recent.clear();
        let sure = std::mem::take(&mut self.peak) >= self.rules.sure_at;
        if end.saturating_sub(begun) < self.rules.least_speech || !sure {
            return None;
        }
        // A pause is longer than two margins, and a part begins where the one before ends.
        let start = begun.saturating_sub(self.rules.margin).max(self.last_end);
        let end = end + self.rules.margin;
        self.last_end = end;
        Some(Stretch { start, end })
    }

    /// Speech that does not end for too long is cut in two.
    fn parted(&mut self, begun: u64, at: u64, speech: f32) -> Option<Stretch> {
        let longest = self.rules.longest;
        if at - begun >= longest - longest / 5 {
            self.recent.push_back((at, speech));
        }
        if at + CHUNK as u64 - begun < longest {
            return None;
        }
        let &(cut, _) = self.recent.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        // What goes on is the same speech: as sure, and perhaps quiet already.
        let (quiet, peak) = (self.quiet, self.peak);
        let stretch = self.ended(begun, cut);
        self.begun = Some(cut);
        self.quiet = quiet.filter(|quiet| *quiet >= cut);
        self.peak = peak;
        let Stretch { start, .. } = stretch?;
        self.last_end = cut;
        Some(Stretch { start, end: cut })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: u64 = CHUNK as u64;

    fn read(rules: Rules, chunks: &[(f32, usize)]) -> Vec<Stretch> {
        let mut stretches = Stretches::new(rules);
        let all: Vec<f32> =
            chunks.iter().flat_map(|&(speech, times)| std::iter::repeat_n(speech, times)).collect();
        let mut found: Vec<Stretch> = all.iter().filter_map(|speech| stretches.push(*speech)).collect();
        found.extend(stretches.finish(all.len() as u64 * C));
        found
    }

    #[test]
    fn speech_ends_at_the_first_quiet_chunk_of_a_pause() {
        let found = read(Rules::default(), &[(0.0, 10), (0.9, 20), (0.1, 10), (0.9, 20), (0.0, 20)]);
        let stretch = |from: u64, to: u64| Stretch { start: from * C - 480, end: to * C + 480 };
        assert_eq!(found, [stretch(10, 30), stretch(40, 60)]);
    }

    #[test]
    fn a_short_dip_and_doubtful_chunks_do_not_end_it() {
        let found = read(Rules::default(), &[(0.9, 10), (0.1, 3), (0.9, 10), (0.4, 30), (0.9, 2)]);
        assert_eq!(found, [Stretch { start: 0, end: 55 * C }]);
    }

    #[test]
    fn a_click_is_no_speech() {
        assert_eq!(read(Rules::default(), &[(0.0, 10), (0.9, 7), (0.0, 20)]), []);
        assert_eq!(read(Rules::default(), &[]), []);
    }

    #[test]
    fn what_is_never_sure_is_no_speech() {
        let rules = Rules { sure_at: 0.9, ..Rules::default() };
        let found = read(rules, &[(0.8, 30), (0.0, 10), (0.8, 20), (0.95, 1), (0.0, 10), (0.8, 20)]);
        assert_eq!(found, [Stretch { start: 40 * C - 480, end: 61 * C + 480 }]);
    }

    #[test]
    fn speech_without_an_end_is_parted_where_it_is_least_sure() {
        let rules = Rules { longest: 100 * C, ..Rules::default() };
        let found = read(rules, &[(0.9, 90), (0.6, 1), (0.9, 60)]);
        assert_eq!(found, [Stretch { start: 0, end: 90 * C }, Stretch { start: 90 * C, end: 151 * C }]);
    }

    #[test]
    fn tells_from_where_samples_are_still_needed() {
        let mut stretches = Stretches::new(Rules::default());
        (0..10).for_each(|_| assert_eq!(stretches.push(0.0), None));
        assert_eq!(stretches.earliest(), 10 * C - 480);
        (0..10).for_each(|_| assert_eq!(stretches.push(0.9), None));
        assert_eq!(stretches.earliest(), 10 * C - 480);
    }
}
