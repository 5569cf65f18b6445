//! Sentences that call the viewer to do something: follow, subscribe, share, comment, click, buy. English only.
//!
//! A sentence is compared with examples of such calls and with counter-examples, which use the same words of something
//! else. It is a call where the nearest one is an example, and either very near, or near and said as an imperative. The
//! limits were chosen on 17 calls, 27 other sentences and what is said in recordings; the tests ask other calls.

use va_analyzer_sdk::Result;

use crate::embedding::{Embedder, Embedding, cosine};

const CALLS: [&str; 21] = [
    "Follow for more.",
    "Follow me for more videos like this.",
    "Link in bio.",
    "Click the link in the description.",
    "Subscribe to my channel.",
    "Like and subscribe.",
    "Like and share this video.",
    "Leave a comment below.",
    "Let me know in the comments.",
    "Hit the subscribe button and turn on notifications.",
    "Share this with a friend.",
    "Save this post for later.",
    "Swipe up to learn more.",
    "Tap the link to shop now.",
    "Download the app today.",
    "Sign up now for free.",
    "Order yours today.",
    "Use my code for a discount.",
    "Visit our website.",
    "Check out the full video on my channel.",
    "Thanks for watching, see you in the next video.",
];

const OTHERS: [&str; 18] = [
    "Follow the instructions carefully.",
    "Follow the path to the house.",
    "Save the rest for the next step of the recipe.",
    "Press the button to start the machine.",
    "Open the settings and choose an option.",
    "I bought a new one in a store.",
    "I downloaded a file to my computer.",
    "Members pay a monthly fee.",
    "Let me know when you are ready.",
    "I will show you how to make this.",
    "The company sells its products on a website.",
    "He shared a story with his friends.",
    "She liked the comment.",
    "The book is about a journey.",
    "Get in the car.",
    "They signed a contract.",
    "He joined the army.",
    "Buy some milk and eggs.",
];

/// As near as this to an example it is a call in any form; as near as that where it is an imperative of a verb that
/// calls; and nearer than that where the verb is one of everyday.
const VERY_NEAR: f64 = 0.55;
const NEAR: f64 = 0.3;
const NEARER: f64 = 0.42;

const CALLING: [&str; 24] = [
    "book",
    "buy",
    "click",
    "comment",
    "donate",
    "download",
    "follow",
    "hit",
    "join",
    "like",
    "order",
    "register",
    "save",
    "share",
    "shop",
    "sign",
    "smash",
    "subscribe",
    "swipe",
    "tag",
    "tap",
    "visit",
    "vote",
    "dm",
];
const EVERYDAY: [&str; 16] = [
    "call", "check", "drop", "get", "grab", "head", "leave", "message", "send", "support", "tell", "text",
    "try", "turn", "use", "watch",
];
/// What may stand before the verb of an imperative.
const BEFORE: [&str; 10] = ["and", "don't", "go", "just", "now", "or", "please", "so", "then", "to"];

/// The examples, embedded.
#[derive(Debug)]
pub struct Calls {
    calls: Vec<Embedding>,
    others: Vec<Embedding>,
}

impl Calls {
    /// # Errors
    /// Where the model cannot be run.
    pub fn load(embedder: &Embedder) -> Result<Self> {
        Ok(Calls { calls: embedder.embed_all(&CALLS)?, others: embedder.embed_all(&OTHERS)? })
    }

    pub fn is_call(&self, text: &str, embedding: &Embedding) -> bool {
        let (call, other) = (nearest(&self.calls, embedding), nearest(&self.others, embedding));
        let of = |verbs: &[&str]| is_imperative(text, verbs);
        let near = || (call >= NEAR && of(&CALLING)) || (call >= NEARER && of(&EVERYDAY));
        call > other && (call >= VERY_NEAR || near())
    }
}

fn nearest(examples: &[Embedding], embedding: &Embedding) -> f64 {
    examples.iter().map(|example| cosine(example, embedding)).fold(-1.0, f64::max)
}

/// Whether one of the verbs begins the sentence, or follows what may stand before it.
fn is_imperative(text: &str, verbs: &[&str]) -> bool {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let begins = |at: usize| at == 0 || BEFORE.contains(&words[at - 1]);
    words.iter().enumerate().any(|(at, word)| verbs.contains(word) && begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 5] = ["follow", "share", "hit", "like", "check"];

    #[test]
    fn imperatives_begin_with_their_verb_or_after_little_words() {
        for text in
            ["Follow @someone", "Please share!", "Don\u{2019}t forget to hit that button", "Go check it"]
        {
            assert!(is_imperative(text, &ALL), "{text}");
        }
        for text in ["He followed them", "The share price fell", "I like it", "Many follow her", ""] {
            assert!(!is_imperative(text, &ALL), "{text}");
        }
    }
}
