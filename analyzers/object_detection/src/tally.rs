//! How many of each class a video shows: at once, and in all.

use std::collections::BTreeMap;

use serde::Serialize;
use va_inference::track::Track;

/// The most of each class seen at once so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    at_once: BTreeMap<String, usize>,
}

/// The summary of the video.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Counts {
    object_counts: BTreeMap<String, usize>,
    unique_tracks: BTreeMap<String, usize>,
}

impl Tally {
    /// The classes of a frame's objects.
    pub(crate) fn add<'a>(&mut self, classes: impl Iterator<Item = &'a str>) {
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        for class in classes {
            *here.entry(class).or_default() += 1;
        }
        for (class, count) in here {
            match self.at_once.get_mut(class) {
                Some(most) => *most = (*most).max(count),
                None => {
                    self.at_once.insert(class.to_owned(), count);
                }
            }
        }
    }

    /// Different things are the tracks of a class. One whose every sight was too doubtful to be reported does not count.
    pub(crate) fn summary(&self, tracks: &[Track], names: &[String]) -> Counts {
        let followed =
            |class: &String| tracks.iter().filter(|track| names.get(track.class) == Some(class)).count();
        let unique_tracks = self.at_once.keys().map(|class| (class.clone(), followed(class))).collect();
        Counts { object_counts: self.at_once.clone(), unique_tracks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_inference::geometry::Rect;

    fn track(id: u32, class: usize) -> Track {
        let rect = Rect::default();
        Track { id, class, confirmed: true, first_s: 0.0, last_s: 1.0, hits: 3, best_score: 0.9, rect }
    }

    #[test]
    fn counts_the_most_at_once_and_the_different_ones() {
        let mut tally = Tally::default();
        tally.add(["cat", "dog", "cat"].into_iter());
        tally.add(["cat"].into_iter());
        tally.add(["dog"].into_iter());
        let names = ["cat".to_owned(), "dog".to_owned()];
        let tracks = [track(1, 0), track(2, 1), track(3, 0), track(4, 1), track(7, 1)];
        let counts = tally.summary(&tracks, &names);
        let expected = |cat, dog| BTreeMap::from([("cat".to_owned(), cat), ("dog".to_owned(), dog)]);
        assert_eq!(counts, Counts { object_counts: expected(2, 1), unique_tracks: expected(2, 3) });
    }

    #[test]
    fn nothing_seen_is_no_class() {
        let counts = Tally::default().summary(&[], &[]);
        assert_eq!(counts, Counts { object_counts: BTreeMap::new(), unique_tracks: BTreeMap::new() });
    }
}
