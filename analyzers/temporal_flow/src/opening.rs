//! Whether words catch the one who has just come, and whether they close what was told. English only.

/// The first seconds, in which a viewer decides to stay; platforms count a view after three.
pub const FIRST_S: f64 = 3.0;
/// A longer part is no hook, seconds.
pub const LONGEST_HOOK_S: f64 = 8.0;

const CALLS_OUT: [&str; 12] = [
    "guess", "imagine", "listen", "look", "nobody", "never", "pov", "stop", "wait", "warning", "watch", "why",
];
const COUNTED: [&str; 13] = [
    "facts", "hacks", "habits", "lessons", "mistakes", "reasons", "rules", "secrets", "signs", "steps",
    "things", "tips", "ways",
];
const NUMBERS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const CLAIMS: [&str; 7] = ["best", "worst", "secret", "mistake", "truth", "everyone", "impossible"];
const CLOSINGS: [&str; 14] = [
    "and that's",
    "so that's",
    "that's it",
    "that's all",
    "that is all",
    "in the end",
    "finally",
    "at last",
    "to sum up",
    "in conclusion",
    "in short",
    "thank you",
    "thanks for",
    "and that is",
];
/// Words that are looked at for an address: "if you have ever" is one, "the day I met you" is not.
const ADDRESSED_WITHIN: usize = 5;

/// A question, a cry, a word that calls out, a claim, a number of things to come, or an address of the viewer.
pub fn catches(text: &str) -> bool {
    let words = words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let number = words.iter().any(|word| word.parse::<u32>().is_ok() || NUMBERS.contains(&word.as_str()));
    let addressed =
        words.iter().take(ADDRESSED_WITHIN).any(|word| ["you", "your", "you're"].contains(&word.as_str()));
    text.contains(['?', '!', '\u{ff1f}', '\u{ff01}'])
        || words.first().is_some_and(|first| CALLS_OUT.contains(&first.as_str()))
        || has(&CLAIMS)
        || (number && has(&COUNTED))
        || addressed
}

/// Begins or ends as a last word does.
pub fn closes(text: &str) -> bool {
    let words = format!(" {} ", words(text).join(" "));
    CLOSINGS.iter().any(|closing| words.contains(&format!(" {closing} ")))
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_that_catch_are_told_from_plain_ones() {
        for text in [
            "Have they gone?",
            "Stop scrolling.",
            "3 things about bread",
            "Five ways to sleep better",
            "If you have ever missed a train",
            "The worst pizza in town",
        ] {
            assert!(catches(text), "{text}");
        }
        for text in [
            "Today, after two years of negotiations, the United States has achieved something.",
            "Mix the flour with the water.",
            "The company has three offices.",
            "",
        ] {
            assert!(!catches(text), "{text}");
        }
    }

    #[test]
    fn closings_are_heard_as_words() {
        assert!(
            closes("So that\u{2019}s how it works.")
                && closes("Thank you all.")
                && closes("Finally, we rest.")
        );
        assert!(!closes("He finalised it.") && !closes("Mix the flour."));
    }
}
