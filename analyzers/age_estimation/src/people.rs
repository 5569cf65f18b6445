//! What is known of each person, from all their faces.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::postprocess::{Gender, Judgement};

/// One person: all faces of one track.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Person {
    pub track_id: u32,
    pub age: Option<f64>,
    pub gender: Option<Gender>,
    /// Seconds, first and last seen.
    pub from: f64,
    pub to: f64,
}

/// The people of one video, and which of them are still to be judged.
#[derive(Debug)]
pub struct People {
    settled_after: u32,
    then_every: u32,
    known: BTreeMap<u32, Known>,
}

#[derive(Debug, Default)]
struct Known {
    from: f64,
    to: f64,
    ages: Vec<f64>,
    /// Sums of the confidence that it is one.
    female: f64,
    male: f64,
    judged: u32,
    /// Faces since then that could have been judged and were not.
    passed: u32,
}

impl People {
    /// A person who was judged `settled_after` times is judged each `then_every`th time from then on.
    pub fn new(settled_after: u32, then_every: u32) -> Self {
        People { settled_after, then_every, known: BTreeMap::new() }
    }

    /// Whether a face of this track is to be judged. One that is not followed always is.
    pub fn asks_for(&mut self, track_id: Option<u32>) -> bool {
        let Some(known) = track_id.and_then(|id| self.known.get_mut(&id)) else { return true };
        let due = known.judged < self.settled_after || known.passed + 1 >= self.then_every;
        known.passed = if due { 0 } else { known.passed + 1 };
        due
    }

    /// Adds a sighting, and what the face was judged to be, if it was. Says what to report of the face: its own
    /// judgement, or what is known of the person.
    pub fn see(&mut self, track_id: Option<u32>, timestamp_s: f64, fresh: Option<Judgement>) -> Judgement {
        let Some(id) = track_id else { return fresh.unwrap_or_default() };
        let known = self.known.entry(id).or_insert_with(|| Known { from: timestamp_s, ..Known::default() });
        known.to = timestamp_s;
        match fresh {
            Some(judgement) => {
                known.add(&judgement);
                judgement
            }
            None => known.judgement(),
        }
    }

    /// In the order of their tracks.
    pub fn all(&self) -> Vec<Person> {
        let seconds = |time: f64| (time * 1000.0).round() / 1000.0;
        let person = |(&track_id, known): (&u32, &Known)| {
            let Judgement { age, gender, .. } = known.judgement();
            Person { track_id, age, gender, from: seconds(known.from), to: seconds(known.to) }
        };
        self.known.iter().map(person).collect()
    }
}

impl Known {
    fn add(&mut self, judgement: &Judgement) {
        self.judged += 1;
        self.ages.extend(judgement.age);
        let confidence = judgement.gender_confidence.unwrap_or(0.0);
        match judgement.gender {
            Some(Gender::Female) => self.female += confidence,
            Some(Gender::Male) => self.male += confidence,
            None => {}
        }
    }

    /// The median age, and the gender that has more confidence over all faces.
    fn judgement(&self) -> Judgement {
        let sum = self.female + self.male;
        let gender = (self.female != self.male).then_some(if self.female > self.male {
            Gender::Female
        } else {
            Gender::Male
        });
        let confidence = (self.female - self.male).abs() / f64::from(self.judged.max(1));
        let gender_confidence =
            (sum > 0.0 && gender.is_some()).then(|| (confidence * 1000.0).round() / 1000.0);
        Judgement { age: median(&self.ages), gender, gender_confidence }
    }
}

/// To a tenth.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = (*sorted.get(sorted.len() / 2)? + sorted[(sorted.len() - 1) / 2]) / 2.0;
    Some((middle * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(age: f64, gender: Gender, confidence: f64) -> Option<Judgement> {
        Some(Judgement { age: Some(age), gender: Some(gender), gender_confidence: Some(confidence) })
    }

    #[test]
    fn a_person_has_the_median_age_and_the_gender_with_more_confidence() {
        let mut people = People::new(8, 4);
        people.see(Some(5), 1.0, judged(30.0, Gender::Female, 0.9));
        people.see(Some(5), 1.5, judged(70.0, Gender::Male, 0.3));
        people.see(Some(5), 2.0, judged(34.0, Gender::Male, 0.4));
        people.see(Some(9), 2.0, None);
        let woman = Person { track_id: 5, age: Some(34.0), gender: Some(Gender::Female), from: 1.0, to: 2.0 };
        let unknown = Person { track_id: 9, age: None, gender: None, from: 2.0, to: 2.0 };
        assert_eq!(people.all(), [woman, unknown]);
    }

    #[test]
    fn a_known_person_is_judged_now_and_then() {
        let mut people = People::new(2, 3);
        let asked: Vec<bool> = (0..9)
            .map(|i| {
                let asked = people.asks_for(Some(1));
                people.see(Some(1), f64::from(i), asked.then(|| judged(30.0, Gender::Male, 0.8)).flatten());
                asked
            })
            .collect();
        assert_eq!(asked, [true, true, false, false, true, false, false, true, false]);
    }

    #[test]
    fn a_face_that_is_not_judged_is_what_its_person_is_known_to_be() {
        let mut people = People::new(1, 4);
        people.see(Some(1), 0.0, judged(30.0, Gender::Male, 0.8));
        assert!(!people.asks_for(Some(1)));
        assert_eq!(Some(people.see(Some(1), 0.3, None)), judged(30.0, Gender::Male, 0.8));
    }

    #[test]
    fn a_face_that_is_not_followed_is_always_judged_and_nobody() {
        let mut people = People::new(1, 4);
        assert!(people.asks_for(None) && people.asks_for(None));
        assert_eq!(people.see(None, 0.0, None), Judgement::default());
        assert!(people.all().is_empty());
    }
}
