//! Where one part of the story ends and the next begins.
//!
//! A part may end between two sentences, never within one; and where nobody speaks for a while, with a scene or a shot. So
//! a shot is cut in two only between sentences, or where speech begins or ends. Between sentences the subject decides
//! ([`crate::subjects`]), and a pause, a shot, a text or a sound that changes there makes a boundary cheaper.

use std::ops::Range;

use crate::embedding::Embedding;
use crate::measures::Measures;
use crate::sentences::Sentence;
use crate::subjects::{Subject, divide};

/// Nobody speaks for so many seconds: the story goes on without words. Far above the pauses between sentences.
pub const QUIET_S: f64 = 4.0;
/// What a boundary between two sentences must save in difference within the parts. On short scripts and recordings joined
/// in all orders, 1.15 to 1.3 told their subjects best.
const PENALTY: f64 = 1.25;
/// What parting two sentences on one subject saves: where the subject is unknown, that is assumed.
const WITHIN_SUBJECT: f64 = 0.75;
/// Parts that stand by themselves may be shorter than others, seconds.
const SHORTEST_OWN_S: f64 = 1.5;

/// How much cheaper a boundary is made by a scene or a shot that begins in the pause, by the pause itself (a second), by a
/// written text that comes or goes and by another kind of sound near by. A scene with a little of anything else parts
/// even what is on one subject; none of the others does so alone.
const OF_SCENE: f64 = 0.5;
const OF_SHOT: f64 = 0.2;
const OF_PAUSE: f64 = 0.1;
const MOST_OF_PAUSE: f64 = 0.4;
const OF_TEXT: f64 = 0.15;
const OF_SOUND: f64 = 0.2;
/// Seconds that are near by; a cut and a word that belong together are seldom further apart than that.
const NEAR_S: f64 = 1.0;
const BESIDE_S: f64 = 0.3;

/// What is known of a video where boundaries are looked for.
#[derive(Debug)]
pub struct Evidence<'a> {
    pub measures: &'a Measures,
    pub sentences: &'a [Sentence],
    /// Of each sentence; `None` where the model does not understand it.
    pub embeddings: &'a [Option<Embedding>],
    /// When written texts come and go, seconds.
    pub text_changes: &'a [f64],
    /// Sentences that begin a part of their own, by number; that number of them is the end.
    pub own: &'a [usize],
    /// No part is shorter, seconds, but for those of their own.
    pub shortest_s: f64,
}

/// The order is that in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// What belongs to a part by itself, such as a call.
    Own,
    /// Speech begins or ends for long, or its subject changes.
    Words,
    /// A scene where pictures alone speak; a shot where scenes are unknown.
    Pictures,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    time_s: f64,
    rank: Rank,
    /// Of two of one rank the stronger one is taken first.
    strength: f64,
}

/// Ascending, without the beginning and the end of the video.
pub fn boundaries(evidence: &Evidence<'_>) -> Vec<f64> {
    let mut candidates = evidence.candidates();
    candidates.sort_by(|a, b| {
        let strength = b.strength.total_cmp(&a.strength);
        a.rank.cmp(&b.rank).then(strength).then(a.time_s.total_cmp(&b.time_s))
    });
    let mut taken = vec![0.0, evidence.measures.whole.end_s];
    for Candidate { time_s, rank, .. } in candidates {
        let apart_s = if rank == Rank::Own { SHORTEST_OWN_S } else { evidence.shortest_s };
        if taken.iter().all(|other: &f64| (other - time_s).abs() >= apart_s) {
            taken.push(time_s);
        }
    }
    taken.sort_by(f64::total_cmp);
    taken[1..taken.len() - 1].to_vec()
}

impl Evidence<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        let count = self.sentences.len();
        let mut candidates = Vec::new();
        let mut talk_from = 0;
        for at in 0..=count {
            let (from_s, to_s) = self.gap(at);
            let own = self.own.contains(&at);
            let quiet = to_s - from_s >= QUIET_S;
            if quiet {
                candidates.extend(self.quiet(from_s, to_s));
            }
            if own {
                // After the last sentence of a call others may be silent for long.
                let time_s = if quiet && at == count { from_s } else { self.within(from_s, to_s) };
                candidates.push(Candidate { time_s, rank: Rank::Own, strength: 0.0 });
            }
            if quiet || own || at == count {
                candidates.extend(self.subjects(talk_from..at));
                talk_from = at;
            }
        }
        candidates
    }

    /// End and start of what lies around the gap before a sentence.
    fn gap(&self, at: usize) -> (f64, f64) {
        let from_s = at.checked_sub(1).map_or(0.0, |before| self.sentences[before].end_s);
        let to_s = self.sentences.get(at).map_or(self.measures.whole.end_s, |after| after.start_s);
        (from_s, to_s)
    }

    /// Within some sentences without a long silence, where the subject changes.
    fn subjects(&self, talk: Range<usize>) -> Vec<Candidate> {
        let cuts_say_something = self.cuts_say_something();
        let of = |at: usize| Subject {
            embedding: self.embeddings[at].as_ref(),
            words: self.sentences[at].words(),
        };
        let subjects: Vec<Subject<'_>> = talk.clone().map(of).collect();
        let gaps = talk.clone().skip(1);
        let evidence: Vec<f64> = gaps.map(|at| self.beside_subject(at, cuts_say_something)).collect();
        let penalty = |(evidence, pair): (&f64, &[Subject<'_>])| {
            let known = pair.iter().all(|subject| subject.embedding.is_some());
            PENALTY - evidence - if known { 0.0 } else { WITHIN_SUBJECT }
        };
        let penalties: Vec<f64> = evidence.iter().zip(subjects.windows(2)).map(penalty).collect();
        let starts_s = |at: usize| {
            let (from_s, to_s) = self.gap(talk.start + at);
            if at == 0 { to_s } else { self.within(from_s, to_s) }
        };
        let ends_s = |at: usize| if at == talk.len() { self.gap(talk.end).0 } else { starts_s(at) };
        let fits = |part: Range<usize>| ends_s(part.end) - starts_s(part.start) >= self.shortest_s;
        let begins = divide(&subjects, &penalties, fits);
        let candidate =
            |at: usize| Candidate { time_s: starts_s(at), rank: Rank::Words, strength: evidence[at - 1] };
        begins.into_iter().map(candidate).collect()
    }

    /// A stretch without words: where it begins and ends, and the scenes or shots within.
    fn quiet(&self, from_s: f64, to_s: f64) -> Vec<Candidate> {
        let begins_s = self.first_shot(from_s - BESIDE_S, from_s + NEAR_S).unwrap_or(from_s);
        let ends_s = self.last_shot(to_s - NEAR_S, to_s + BESIDE_S).unwrap_or(to_s);
        let of_speech = |time_s: f64| Candidate { time_s, rank: Rank::Words, strength: 1.0 };
        let inside = |time_s: &&f64| (begins_s + NEAR_S..ends_s - NEAR_S).contains(*time_s);
        let starts = self.measures.scenes.as_ref().or(self.measures.shots.as_ref()).into_iter().flatten();
        let of_pictures = |time_s: &f64| {
            let strength = self.beside(*time_s);
            Candidate { time_s: *time_s, rank: Rank::Pictures, strength }
        };
        let pictures = starts.filter(inside).map(of_pictures);
        [of_speech(begins_s), of_speech(ends_s)].into_iter().chain(pictures).collect()
    }

    /// What speaks for a boundary before a sentence beside the subject.
    fn beside_subject(&self, at: usize, cuts_say_something: bool) -> f64 {
        let (from_s, to_s) = self.gap(at);
        let (first_s, last_s) = (from_s - BESIDE_S, to_s + BESIDE_S);
        let picture = match (self.scene(first_s, last_s), self.first_shot(first_s, last_s)) {
            (Some(_), _) => OF_SCENE,
            (None, Some(_)) if cuts_say_something => OF_SHOT,
            _ => 0.0,
        };
        picture + ((to_s - from_s) * OF_PAUSE).min(MOST_OF_PAUSE) + self.beside(to_s)
    }

    /// Of a change of text or sound near by.
    fn beside(&self, time_s: f64) -> f64 {
        let text = self.text_changes.iter().any(|change| (change - time_s).abs() <= NEAR_S);
        let sound = match (self.measures.sound_at(time_s - NEAR_S), self.measures.sound_at(time_s + NEAR_S)) {
            (Some(before), Some(after)) => before != after,
            _ => false,
        };
        f64::from(u8::from(text)) * OF_TEXT + f64::from(u8::from(sound)) * OF_SOUND
    }

    /// A cut between most sentences is the editor's habit, and tells nothing of the story.
    fn cuts_say_something(&self) -> bool {
        let gaps = self.sentences.windows(2);
        let cut = |pair: &&[Sentence]| {
            self.first_shot(pair[0].end_s - BESIDE_S, pair[1].start_s + BESIDE_S).is_some()
        };
        let with = gaps.clone().filter(cut).count();
        with * 2 <= gaps.count().max(2)
    }

    /// The moment between two sentences: where a scene begins, else a shot, else the second sentence.
    fn within(&self, from_s: f64, to_s: f64) -> f64 {
        let (first_s, last_s) = (from_s - BESIDE_S, to_s + BESIDE_S);
        self.scene(first_s, last_s).or_else(|| self.last_shot(first_s, last_s)).unwrap_or(to_s)
    }

    fn scene(&self, from_s: f64, to_s: f64) -> Option<f64> {
        let scenes = self.measures.scenes.iter().flatten();
        scenes.copied().find(|time_s| (from_s..=to_s).contains(time_s))
    }

    fn first_shot(&self, from_s: f64, to_s: f64) -> Option<f64> {
        self.shots().find(|time_s| (from_s..=to_s).contains(time_s))
    }

    fn last_shot(&self, from_s: f64, to_s: f64) -> Option<f64> {
        self.shots().filter(|time_s| (from_s..=to_s).contains(time_s)).last()
    }

    /// But for the first.
    fn shots(&self) -> impl Iterator<Item = f64> {
        self.measures.shots.iter().flat_map(|shots| shots.iter().skip(1).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::LENGTH;
    use crate::measures::Span;

    /// A video of a minute.
    fn measures(shots: &[f64], scenes: Option<&[f64]>) -> Measures {
        let shots = std::iter::once(0.0).chain(shots.iter().copied()).collect();
        Measures::of_shots(Span { start_s: 0.0, end_s: 60.0 }, Some(shots), scenes.map(<[f64]>::to_vec))
    }

    fn sentences(times: &[(f64, f64)]) -> Vec<Sentence> {
        let sentence = |(start_s, end_s): &(f64, f64)| Sentence {
            start_s: *start_s,
            end_s: *end_s,
            text: ["word"; 8].join(" "),
            english: true,
            spoken: true,
        };
        times.iter().map(sentence).collect()
    }

    /// What the sentences speak of, by letters; `?` is unknown.
    fn found(measures: &Measures, times: &[(f64, f64)], subjects: &str, own: &[usize]) -> Vec<f64> {
        let sentences = sentences(times);
        let about = |letter: u8| {
            let mut embedding = vec![0.0; LENGTH];
            embedding[usize::from(letter)] = 1.0;
            (letter != b'?').then_some(embedding)
        };
        let embeddings: Vec<Option<Embedding>> = subjects.bytes().map(about).collect();
        let (embeddings, text_changes) = (&embeddings[..], &[][..]);
        let sentences = &sentences[..];
        boundaries(&Evidence { measures, sentences, embeddings, text_changes, own, shortest_s: 5.0 })
    }

    /// Spoken from end to end.
    const TALK: [(f64, f64); 4] = [(0.0, 14.5), (15.0, 29.5), (30.0, 44.5), (45.0, 60.0)];

    #[test]
    fn a_new_subject_begins_a_part_and_a_cut_alone_does_not() {
        assert_eq!(found(&measures(&[], None), &TALK, "aabb", &[]), [30.0]);
        assert_eq!(found(&measures(&[29.8], None), &TALK, "aabb", &[]), [29.8], "with the cut");
        assert_eq!(found(&measures(&[14.8], None), &TALK, "aaaa", &[]), [0.0; 0]);
        let two = [(0.0, 29.5), (30.0, 60.0)];
        assert_eq!(found(&measures(&[29.8], Some(&[29.8])), &two, "ab", &[]), [29.8], "a scene helps");
        assert_eq!(found(&measures(&[], None), &two, "ab", &[]), [0.0; 0], "little is said of either");
    }

    #[test]
    fn no_sentence_and_no_shot_is_cut_in_the_middle() {
        assert_eq!(found(&measures(&[20.0, 37.0], Some(&[20.0])), &TALK, "aaaa", &[]), [0.0; 0]);
    }

    #[test]
    fn a_cut_at_every_sentence_tells_nothing() {
        let evidence = |shots: &[f64]| {
            let (measures, sentences) = (measures(shots, None), sentences(&TALK));
            let evidence = Evidence {
                measures: &measures,
                sentences: &sentences,
                embeddings: &[],
                text_changes: &[],
                own: &[],
                shortest_s: 5.0,
            };
            evidence.cuts_say_something()
        };
        assert!(evidence(&[14.8]) && !evidence(&[14.8, 29.8, 44.8]));
    }

    #[test]
    fn where_the_subject_is_unknown_a_scene_in_a_pause_is_a_boundary() {
        assert_eq!(found(&measures(&[29.8], None), &TALK, "????", &[]), [0.0; 0]);
        assert_eq!(found(&measures(&[29.8], Some(&[29.8])), &TALK, "????", &[]), [29.8]);
    }

    #[test]
    fn without_words_scenes_are_parts_and_where_they_are_unknown_shots() {
        let shots = [10.0, 12.0, 30.0, 50.0];
        assert_eq!(found(&measures(&shots, Some(&[30.0])), &[], "", &[]), [30.0]);
        assert_eq!(found(&measures(&shots, None), &[], "", &[]), [10.0, 30.0, 50.0]);
        assert_eq!(found(&measures(&[], None), &[], "", &[]), [0.0; 0]);
    }

    #[test]
    fn speech_that_stops_for_long_ends_a_part() {
        let words = [(0.0, 9.0), (9.4, 20.0), (40.0, 58.0)];
        assert_eq!(found(&measures(&[], None), &words, "aaa", &[]), [20.0, 40.0]);
        assert_eq!(found(&measures(&[20.6, 39.5], None), &words, "aaa", &[]), [20.6, 39.5], "with the cuts");
    }

    #[test]
    fn what_stands_by_itself_may_be_short() {
        let words = [(0.0, 2.0), (2.2, 30.0), (30.2, 57.0), (57.2, 60.0)];
        assert_eq!(found(&measures(&[], None), &words, "abbc", &[]), [0.0; 0], "too short");
        assert_eq!(found(&measures(&[], None), &words, "aaaa", &[1, 3]), [2.2, 57.2]);
    }
}
