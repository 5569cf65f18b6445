//! Precision, recall and F1 of what was found in a mix.

use serde_json::Value;

/// A transition that a mix has. `start` is the first frame that is not the old shot alone, `end` the first that is
/// the new shot alone, `frame` the first in which the new one prevails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) transition: &'static str,
    pub(crate) frame: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Truth {
    /// Same kind; a cut at the same frame, a gradual transition within a quarter of its length and two frames.
    fn is(&self, segment: &Value) -> bool {
        let tolerance = if self.transition == "cut" { 0 } else { (self.end - self.start) / 4 + 2 };
        let frame = segment["frame"].as_u64().expect("a frame number") as u32;
        segment["transition"] == self.transition && frame.abs_diff(self.frame) <= tolerance
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) found: u32,
    pub(crate) missed: u32,
    pub(crate) invented: u32,
}

impl Score {
    pub(crate) fn f1(&self) -> f64 {
        2.0 * f64::from(self.found) / f64::from((2 * self.found + self.missed + self.invented).max(1))
    }
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Score) {
        self.found += other.found;
        self.missed += other.missed;
        self.invented += other.invented;
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Score { found, missed, invented } = *self;
        let share = |of: u32| f64::from(found) / f64::from(of.max(1));
        let (precision, recall) = (share(found + invented), share(found + missed));
        write!(f, "found {found}, missed {missed}, invented {invented}: ")?;
        write!(f, "precision {precision:.3}, recall {recall:.3}, F1 {:.3}", self.f1())
    }
}

/// Scores of hard cuts and of gradual transitions, with a line for each mistake. Each segment and each truth counts
/// once.
pub(crate) fn score(truth: &[Truth], segments: &[Value]) -> (Score, Score, Vec<String>) {
    let (mut cuts, mut gradual, mut mistakes) = (Score::default(), Score::default(), Vec::new());
    let mut used = vec![false; segments.len()];
    for truth in truth {
        let score = if truth.transition == "cut" { &mut cuts } else { &mut gradual };
        let hit = (0..segments.len()).find(|&at| !used[at] && truth.is(&segments[at]));
        if let Some(at) = hit {
            used[at] = true;
            score.found += 1;
        } else {
            score.missed += 1;
            mistakes.push(format!("missed {truth:?}"));
        }
    }
    for (segment, _) in segments.iter().zip(&used).filter(|(_, used)| !**used) {
        let score = if segment["transition"] == "cut" { &mut cuts } else { &mut gradual };
        score.invented += 1;
        mistakes.push(format!("invented {segment}"));
    }
    (cuts, gradual, mistakes)
}
