//! Sentences into stretches on one subject, by the best division of all (dynamic programming; Utiyama, Isahara: "A
//! statistical model for domain-independent text segmentation", ACL 2001).
//!
//! A stretch costs as much as its sentences differ from their mean, which is what kernel change-point detection asks for
//! (Arlot, Celisse, Harchaoui, JMLR 20, 2019) with the cosine of sentence embeddings as kernel; each boundary costs a
//! penalty. A sentence counts by the square root of its words. Depth scores in the manner of TextTiling (Hearst 1997) on
//! the same embeddings were tried: at much the same number of invented boundaries they found 52 and 42 of 72 boundaries
//! between short scripts where this finds 66 and 60.

use std::ops::Range;

use crate::embedding::{Embedding, LENGTH};

/// A sentence of so many words counts once.
const USUAL_WORDS: f64 = 8.0;

/// A sentence of which the subject may be unknown.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub embedding: Option<&'a Embedding>,
    pub words: usize,
}

/// The sentences that begin a stretch, but for the first. `penalties` has one for each gap, that after sentence 0 first;
/// `fits` says whether some sentences may be a stretch, and is not asked of all of them together.
pub fn divide(
    subjects: &[Subject<'_>],
    penalties: &[f64],
    fits: impl Fn(Range<usize>) -> bool,
) -> Vec<usize> {
    let count = subjects.len();
    let sums = Sums::of(subjects);
    // The least cost of the first so many sentences, and where the last stretch of that division begins.
    let mut best = vec![(0.0, 0)];
    for end in 1..=count {
        let whole = (end == count).then(|| (sums.cost(0..end), 0));
        let divided = (0..end).filter(|from| fits(*from..end)).filter_map(|from| {
            let before: (f64, usize) = best[from];
            let penalty = from.checked_sub(1).and_then(|gap| penalties.get(gap)).copied().unwrap_or(0.0);
            before.0.is_finite().then(|| (before.0 + penalty + sums.cost(from..end), from))
        });
        let least = whole.into_iter().chain(divided).min_by(|a, b| a.0.total_cmp(&b.0));
        best.push(least.unwrap_or((f64::INFINITY, 0)));
    }
    let mut begins = Vec::new();
    let mut at = best[count].1;
    while at > 0 {
        begins.push(at);
        at = best[at].1;
    }
    begins.reverse();
    begins
}

/// Weights and weighted embeddings of the first so many sentences, summed.
struct Sums {
    weights: Vec<f64>,
    embeddings: Vec<Vec<f64>>,
}

impl Sums {
    fn of(subjects: &[Subject<'_>]) -> Self {
        let mut sums = Sums { weights: vec![0.0], embeddings: vec![vec![0.0; LENGTH]] };
        let (mut weight, mut sum) = (0.0, vec![0.0; LENGTH]);
        for subject in subjects {
            if let Some(embedding) = subject.embedding {
                let counts = (subject.words as f64 / USUAL_WORDS).sqrt();
                weight += counts;
                sum.iter_mut().zip(embedding).for_each(|(sum, x)| *sum += counts * f64::from(*x));
            }
            sums.weights.push(weight);
            sums.embeddings.push(sum.clone());
        }
        sums
    }

    /// The weighted squared distances from the mean: with vectors of length 1, the weights less the squared length of
    /// the sum over the weights.
    fn cost(&self, stretch: Range<usize>) -> f64 {
        let weight = self.weights[stretch.end] - self.weights[stretch.start];
        if weight <= 0.0 {
            return 0.0;
        }
        let (before, after) = (&self.embeddings[stretch.start], &self.embeddings[stretch.end]);
        let squared: f64 = before.iter().zip(after).map(|(a, b)| (b - a) * (b - a)).sum();
        weight - squared / weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector in one of 384 directions, leaning to the one after it.
    fn about(subject: usize, lean: f32) -> Embedding {
        let length = (1.0 + lean * lean).sqrt();
        let mut embedding = vec![0.0; LENGTH];
        (embedding[subject], embedding[subject + 1]) = (1.0 / length, lean / length);
        embedding
    }

    fn divided(words: &[Option<Embedding>], penalty: f64) -> Vec<usize> {
        let subject = |embedding: &'_ Option<Embedding>| (embedding.clone(), 8);
        let owned: Vec<(Option<Embedding>, usize)> = words.iter().map(subject).collect();
        let subjects: Vec<Subject<'_>> = owned
            .iter()
            .map(|(embedding, words)| Subject { embedding: embedding.as_ref(), words: *words })
            .collect();
        divide(&subjects, &vec![penalty; words.len().saturating_sub(1)], |_| true)
    }

    fn on(subjects: &[usize]) -> Vec<Option<Embedding>> {
        let leans = [0.1, 0.5, 0.3, 0.6, 0.2];
        subjects.iter().zip(leans.iter().cycle()).map(|(at, by)| Some(about(*at, *by))).collect()
    }

    #[test]
    fn sentences_on_one_subject_stay_together() {
        assert_eq!(divided(&on(&[0, 0, 0, 5, 5, 5, 5]), 0.9), [3]);
        assert_eq!(divided(&on(&[0, 0, 9, 9, 5, 5]), 0.9), [2, 4]);
        assert_eq!(divided(&on(&[0, 0, 0, 0, 0]), 0.9), [0; 0]);
    }

    #[test]
    fn a_boundary_is_worth_its_penalty() {
        assert_eq!(divided(&on(&[0, 5]), 1.1), [0; 0]);
        assert_eq!(divided(&on(&[0, 5]), 0.9), [1]);
        assert_eq!(divided(&on(&[0, 0]), -0.1), [1], "of nothing but other evidence");
        assert_eq!(divided(&[None, None], 0.1), [0; 0]);
    }

    #[test]
    fn long_sentences_count_more() {
        let (a, b) = (about(0, 0.0), about(5, 0.0));
        let of = |words: usize| {
            let subjects = [&a, &b].map(|embedding| Subject { embedding: Some(embedding), words });
            divide(&subjects, &[1.25], |_| true)
        };
        assert_eq!((of(8), of(20)), (vec![], vec![1]));
    }

    #[test]
    fn no_stretch_is_one_that_does_not_fit() {
        let (a, b) = (about(0, 0.0), about(5, 0.0));
        let subjects = [&a, &b, &b].map(|embedding| Subject { embedding: Some(embedding), words: 8 });
        assert_eq!(divide(&subjects, &[0.1, 0.1], |stretch| stretch.len() > 1), [0; 0]);
        assert!(divide(&[], &[], |_| true).is_empty());
    }
}
