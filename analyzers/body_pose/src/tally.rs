//! How many people a video shows at once, and how often they make which gesture.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::gesture::Gesture;

/// A gesture that was left for longer than this and is made again was made twice, seconds.
const PAUSE_S: f64 = 1.0;

/// So far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    people_max: usize,
    gestures: BTreeMap<&'static str, usize>,
    /// When who (those who are not followed are one) was last seen to make which.
    last_s: BTreeMap<(Option<u32>, Gesture), f64>,
}

/// The summary of the video.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Counts<'a> {
    people_max: usize,
    gestures: &'a BTreeMap<&'static str, usize>,
}

impl Tally {
    /// The people of a frame: their track and gesture.
    pub(crate) fn add(
        &mut self,
        timestamp_s: f64,
        people: impl Iterator<Item = (Option<u32>, Option<Gesture>)>,
    ) {
        let mut count = 0;
        for (track_id, gesture) in people {
            count += 1;
            let Some(gesture) = gesture else { continue };
            let last_s = self.last_s.insert((track_id, gesture), timestamp_s);
            if last_s.is_none_or(|last_s| timestamp_s - last_s > PAUSE_S) {
                *self.gestures.entry(gesture.name()).or_default() += 1;
            }
        }
        self.people_max = self.people_max.max(count);
    }

    pub(crate) fn summary(&self) -> Counts<'_> {
        Counts { people_max: self.people_max, gestures: &self.gestures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gesture_held_counts_once_and_one_made_again_twice() {
        let mut tally = Tally::default();
        let raised = Some(Gesture::HandRaised);
        for (time, who, gesture) in [
            (0.0, Some(1), raised),
            (0.4, Some(1), raised),
            (0.8, Some(1), None),
            (1.2, Some(1), raised),
            (1.2, Some(2), raised),
            (4.0, Some(1), raised),
            (4.0, None, Some(Gesture::Pointing)),
        ] {
            tally.add(time, [(who, gesture)].into_iter());
        }
        tally.add(5.0, [(None, None), (Some(1), None)].into_iter());
        let summary = serde_json::to_value(tally.summary()).expect("JSON");
        let expected =
            serde_json::json!({ "people_max": 2, "gestures": { "hand_raised": 3, "pointing": 1 } });
        assert_eq!(summary, expected);
    }
}
