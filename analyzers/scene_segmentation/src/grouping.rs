//! Shots into scenes, by overlapping links.
//!
//! Two shots that are alike are linked, though others lie between; what a link spans is one scene, and links that
//! overlap make one scene together (Hanjalic, Lagendijk, Biemond: "Automated high-level movie segmentation for advanced
//! video-retrieval systems", IEEE Trans. CSVT 9, 1999). So a dialogue that goes back and forth between two set-ups is one
//! scene. How alike is enough follows from the video itself: its pairs of near shots are split in two where that
//! separates them best (Otsu 1979), within bounds. The bounds, and that each shot in between asks for a little more,
//! are our own.

use std::ops::Range;

/// Likeness enough for a link: the least and the most that a video's own pairs may ask for, and what is asked for where
/// there are too few of them. Of shots of one picture or footage 9 in 10 are more alike than `USUAL`, of others 1 in 20.
const LEAST: f32 = 0.47;
const MOST: f32 = 0.63;
const USUAL: f32 = 0.53;
/// Fewer pairs tell nothing.
const PAIRS: usize = 3;
/// How much more each shot in between asks for: the more pairs are tried, the more are alike by chance.
const EACH_BETWEEN: f32 = 0.04;
/// How much a sound that goes on over a cut, or one that changes there as nowhere else, takes or adds.
const OF_SOUND: f32 = 0.05;

/// How alike the shots of a video are.
pub trait Likenesses {
    fn shots(&self) -> usize;
    /// `None` where one was not seen, or they are too far apart to be compared.
    fn of(&self, one: usize, other: usize) -> Option<f32>;
    /// Whether nothing is known of what a shot shows.
    fn unseen(&self, shot: usize) -> bool;
    /// How much the sound changes where a shot begins, 0 to 1, 0.5 as usual.
    fn surprise(&self, shot: usize) -> f32;
}

/// The shots of each scene, in order. `reach` is over how many cuts a link may go.
pub fn scenes(of: &impl Likenesses, reach: usize) -> Vec<Range<usize>> {
    let enough = enough(of, reach);
    let mut scenes = Vec::new();
    let mut from = 0;
    for shot in 1..of.shots() {
        // A shot that nobody saw goes with the one before it; where that is the first one, with the one after.
        let unseen = of.unseen(shot) || (shot == 1 && of.unseen(0));
        let asked = enough + (of.surprise(shot) - 0.5) * 2.0 * OF_SOUND;
        if !unseen && coherence(of, shot, reach) < asked {
            scenes.push(from..shot);
            from = shot;
        }
    }
    if of.shots() > 0 {
        scenes.push(from..of.shots());
    }
    scenes
}

/// The strongest link over the cut before `shot`.
fn coherence(of: &impl Likenesses, shot: usize, reach: usize) -> f32 {
    let links = (shot.saturating_sub(reach)..shot).flat_map(|before| {
        let last = (before + reach + 1).min(of.shots());
        (shot..last).filter_map(move |after| Some((after - before, of.of(before, after)?)))
    });
    links.map(|(cuts, likeness)| likeness - EACH_BETWEEN * (cuts - 1) as f32).fold(f32::MIN, f32::max)
}

fn enough(of: &impl Likenesses, reach: usize) -> f32 {
    let shots = 0..of.shots();
    let near =
        |one: usize| (one + 1..(one + reach + 1).min(of.shots())).filter_map(move |other| of.of(one, other));
    let mut pairs: Vec<f32> = shots.flat_map(near).collect();
    if pairs.len() < PAIRS {
        return USUAL;
    }
    pairs.sort_by(f32::total_cmp);
    split(&pairs).unwrap_or(USUAL).clamp(LEAST, MOST)
}

/// Where ascending values fall apart best: the largest variance between the two sides. `None` where all are equal.
fn split(ascending: &[f32]) -> Option<f32> {
    let sum: f32 = ascending.iter().sum();
    let (mut below, mut best) = (0.0, (0.0, None));
    for (i, pair) in ascending.windows(2).enumerate() {
        below += pair[0];
        let (few, many) = ((i + 1) as f32, (ascending.len() - i - 1) as f32);
        let apart = (sum - below) / many - below / few;
        let between = few * many * apart * apart;
        if between > best.0 && pair[0] < pair[1] {
            best = (between, Some((pair[0] + pair[1]) / 2.0));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shots by letters: the same letter is alike, a space was not seen; lower case sounds new.
    struct Film(&'static str, f32, f32);

    impl Likenesses for Film {
        fn shots(&self) -> usize {
            self.0.len()
        }

        fn of(&self, one: usize, other: usize) -> Option<f32> {
            let [one, other] = [one, other].map(|shot| self.0.as_bytes()[shot].to_ascii_uppercase());
            let seen = one != b' ' && other != b' ';
            seen.then_some(if one == other { self.1 } else { self.2 })
        }

        fn unseen(&self, shot: usize) -> bool {
            self.0.as_bytes()[shot] == b' '
        }

        fn surprise(&self, shot: usize) -> f32 {
            if self.0.as_bytes()[shot].is_ascii_lowercase() { 1.0 } else { 0.5 }
        }
    }

    fn grouped(film: Film) -> Vec<&'static str> {
        scenes(&film, 4).into_iter().map(|scene| &film.0[scene]).collect()
    }

    #[test]
    fn shots_that_are_alike_are_a_scene_and_so_is_a_dialogue() {
        assert_eq!(grouped(Film("AAABBB", 0.8, 0.2)), ["AAA", "BBB"]);
        assert_eq!(grouped(Film("ABABACDCDEE", 0.8, 0.2)), ["ABABA", "CDCD", "EE"]);
        assert_eq!(grouped(Film("ABCDE", 0.8, 0.2)), ["A", "B", "C", "D", "E"]);
        assert_eq!(grouped(Film("AAAA", 0.9, 0.2)), ["AAAA"]);
    }

    #[test]
    fn what_comes_back_late_is_another_scene() {
        assert_eq!(grouped(Film("AABBCCDDAA", 0.8, 0.2)), ["AA", "BB", "CC", "DD", "AA"]);
    }

    #[test]
    fn a_shot_that_nobody_saw_goes_with_its_neighbour() {
        assert_eq!(grouped(Film("AA BB", 0.8, 0.2)), ["AA ", "BB"]);
        assert_eq!(grouped(Film(" AABB", 0.8, 0.2)), [" AA", "BB"]);
        assert_eq!(grouped(Film("   ", 0.8, 0.2)), ["   "]);
    }

    #[test]
    fn enough_follows_from_the_video_within_bounds() {
        assert_eq!(grouped(Film("AABB", 0.66, 0.55)), ["AA", "BB"]);
        assert_eq!(grouped(Film("AABB", 0.4, 0.1)), ["A", "A", "B", "B"]);
        assert_eq!(grouped(Film("AABB", 0.95, 0.7)), ["AABB"]);
        assert_eq!(split(&[0.1, 0.2, 0.8, 0.9]), Some(0.5));
        assert_eq!(split(&[0.5; 4]), None);
    }

    #[test]
    fn sound_decides_where_the_picture_hardly_does() {
        assert_eq!(grouped(Film("AA", 0.56, 0.2)), ["AA"]);
        assert_eq!(grouped(Film("Aa", 0.56, 0.2)), ["A", "a"]);
        assert_eq!(grouped(Film("Aa", 0.7, 0.2)), ["Aa"]);
    }
}
