//! The rules: how the words round a rated word change its rating.

use super::sentence::{Sentence, Word};

/// What a word of degree adds or takes; less from further away.
const DEGREE: f64 = 0.293;
const BY_DISTANCE: [f64; 3] = [1.0, 0.95, 0.9];
/// What capitals among small letters add.
const CAPITALS: f64 = 0.733;
/// What a negation makes of a rating.
const NEGATED: f64 = -0.74;
/// What `never so` and `never this` make of it.
const NEVER_SO: f64 = 1.25;
/// What stands before `but` counts less, what stands after it more.
const BEFORE_BUT: f64 = 0.5;
const AFTER_BUT: f64 = 1.5;

/// Words apart by a space.
const NEGATIONS: &str = "\
    ain't aint aren't arent can't cannot cant couldn't couldnt daren't darent despite didn't didnt doesn't \
    doesnt don't dont hadn't hadnt hasn't hasnt haven't havent isn't isnt mightn't mightnt mustn't mustnt \
    needn't neednt neither never none nope nor not nothing nowhere oughtn't oughtnt rarely seldom shan't \
    shant shouldn't shouldnt uh-uh uhuh wasn't wasnt weren't werent without won't wont wouldn't wouldnt";

const MORE: &str = "\
    absolutely amazingly awfully completely considerable considerably decidedly deeply effing enormous \
    enormously entirely especially exceptional exceptionally extreme extremely fabulously flippin flipping \
    frackin fracking frickin fricking friggin frigging fuckin fucking fuggin fugging fully greatly hella \
    highly hugely incredible incredibly intensely major majorly more most particularly purely quite really \
    remarkably so substantially thoroughly total totally tremendous tremendously uber unbelievably unusually \
    utter utterly very";

const LESS: &str = "\
    almost barely hardly kind-of kinda kindof less little marginal marginally occasional occasionally partly \
    scarce scarcely slight slightly somewhat sort-of sorta sortof";
/// Two words that take together.
const LESS_IN_TWO: [[&str; 2]; 3] = [["just", "enough"], ["kind", "of"], ["sort", "of"]];

/// What some phrases are rated, whatever their words are.
const PHRASES: [(&[&str], f64); 8] = [
    (&["the", "shit"], 3.0),
    (&["the", "bomb"], 3.0),
    (&["bad", "ass"], 1.5),
    (&["bus", "stop"], 0.0),
    (&["yeah", "right"], -2.0),
    (&["kiss", "of", "death"], -1.5),
    (&["to", "die", "for"], 3.0),
    (&["beating", "heart"], 3.5),
];

/// The rating of each word, 0 of a neutral one.
pub(super) fn ratings(sentence: &Sentence) -> Vec<f64> {
    let mut ratings: Vec<f64> = (0..sentence.words.len()).map(|at| Place { sentence, at }.rating()).collect();
    turned_by_but(&sentence.words, &mut ratings);
    ratings
}

/// A word among the others.
#[derive(Clone, Copy)]
struct Place<'a> {
    sentence: &'a Sentence,
    at: usize,
}

impl<'a> Place<'a> {
    fn word(&self) -> &'a Word {
        &self.sentence.words[self.at]
    }

    /// The word so many before it.
    fn before(&self, distance: usize) -> Option<&'a Word> {
        self.at.checked_sub(distance).map(|at| &self.sentence.words[at])
    }

    fn is_before(&self, distance: usize, texts: &[&str]) -> bool {
        self.before(distance).is_some_and(|word| texts.contains(&word.text.as_str()))
    }

    /// Whether these words stand `distance` words before it and on.
    fn reads(&self, distance: usize, texts: &[&str]) -> bool {
        self.at.checked_sub(distance).is_some_and(|from| self.reads_from(from, texts))
    }

    fn reads_from(&self, from: usize, texts: &[&str]) -> bool {
        let words = self.sentence.words.get(from..from + texts.len());
        words.is_some_and(|words| words.iter().zip(texts).all(|(word, text)| word.text == *text))
    }

    fn rating(&self) -> f64 {
        let word = self.word();
        let modifies = degree(&word.text) != 0.0 || self.reads(0, &["kind", "of"]);
        match word.rating {
            Some(rating) if !modifies => self.changed(rating),
            _ => 0.0,
        }
    }

    fn changed(&self, in_lexicon: f64) -> f64 {
        let mut rating = self.after_no(in_lexicon);
        if self.word().capitals && self.sentence.mixed {
            rating += if rating > 0.0 { CAPITALS } else { -CAPITALS };
        }
        for distance in 1..=3 {
            let Some(before) = self.before(distance).filter(|word| word.rating.is_none()) else { continue };
            rating += self.degree(before, rating) * BY_DISTANCE[distance - 1];
            rating *= self.negation(distance);
            if distance == 3 {
                rating = self.in_a_phrase(rating);
            }
        }
        if self.is_before(1, &["least"])
            && self.before(1).is_some_and(|word| word.rating.is_none())
            && !self.is_before(2, &["at", "very"])
        {
            rating *= NEGATED;
        }
        rating
    }

    /// `no` is a rated word by itself, and a negation before another one.
    fn after_no(&self, rating: f64) -> f64 {
        let next = self.sentence.words.get(self.at + 1);
        let negates = self.word().text == "no" && next.is_some_and(|next| next.rating.is_some());
        let negated = self.is_before(1, &["no"])
            || self.is_before(2, &["no"])
            || (self.is_before(3, &["no"]) && self.is_before(1, &["or", "nor"]));
        match (negated, negates) {
            (true, _) => rating * NEGATED,
            (false, true) => 0.0,
            (false, false) => rating,
        }
    }

    /// What a word before it adds to its rating.
    fn degree(&self, before: &Word, rating: f64) -> f64 {
        let degree = degree(&before.text);
        if degree == 0.0 {
            return 0.0;
        }
        let degree = if rating < 0.0 { -degree } else { degree };
        match before.capitals && self.sentence.mixed {
            true if rating > 0.0 => degree + CAPITALS,
            true => degree - CAPITALS,
            false => degree,
        }
    }

    /// What the word so many before it makes of its rating, as a factor.
    fn negation(&self, distance: usize) -> f64 {
        const SO: [&str; 2] = ["so", "this"];
        let never = self.is_before(distance, &["never"]);
        let without = self.is_before(distance, &["without"]);
        let doubt = (1..distance).any(|nearer| self.is_before(nearer, &["doubt"]));
        let never_so = match distance {
            2 => never && self.is_before(1, &SO),
            // The authors' program asks for no `never` where `so` is the word right before.
            3 => (never && self.is_before(2, &SO)) || self.is_before(1, &SO),
            _ => false,
        };
        if never_so {
            NEVER_SO
        } else if without && doubt {
            1.0
        } else if self.before(distance).is_some_and(|word| negates(&word.text)) {
            NEGATED
        } else {
            1.0
        }
    }

    /// Phrases that it ends or begins, and words of degree in two.
    fn in_a_phrase(&self, rating: f64) -> f64 {
        let rated = |distance: usize, length: usize| {
            let phrase =
                PHRASES.iter().find(|(words, _)| words.len() == length && self.reads(distance, words));
            phrase.map(|(_, rating)| *rating)
        };
        let ended = [(1, 2), (2, 3), (2, 2), (3, 3), (3, 2)];
        let mut rating =
            ended.into_iter().find_map(|(distance, length)| rated(distance, length)).unwrap_or(rating);
        for length in [2, 3] {
            rating = rated(0, length).unwrap_or(rating);
        }
        let less =
            [3, 2].into_iter().filter(|distance| LESS_IN_TWO.iter().any(|two| self.reads(*distance, two)));
        rating - DEGREE * less.count() as f64
    }
}

fn degree(word: &str) -> f64 {
    if lists(MORE, word) {
        DEGREE
    } else if lists(LESS, word) {
        -DEGREE
    } else {
        0.0
    }
}

fn lists(words: &str, word: &str) -> bool {
    words.split(' ').any(|listed| listed == word)
}

fn negates(word: &str) -> bool {
    lists(NEGATIONS, word) || word.contains("n't")
}

/// What stands before the first `but` counts less, what stands after it more. Of words rated the same, the authors'
/// program changes the first.
fn turned_by_but(words: &[Word], ratings: &mut [f64]) {
    let Some(but) = words.iter().position(|word| word.text == "but") else { return };
    for at in 0..ratings.len() {
        let rating = ratings[at];
        let first = ratings.iter().position(|other| *other == rating).unwrap_or(at);
        match first.cmp(&but) {
            std::cmp::Ordering::Less => ratings[first] = rating * BEFORE_BUT,
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => ratings[first] = rating * AFTER_BUT,
        }
    }
}
