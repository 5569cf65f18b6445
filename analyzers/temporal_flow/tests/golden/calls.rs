//! Calls to the viewer: other ones than those that the rules were made on, and sentences that use their words otherwise.
//! What is asked for, four of five found and one of twenty invented at most, was set before they were first run.

use serde_json::json;
use va_analyzer_temporal_flow::calls::Calls;
use va_analyzer_temporal_flow::embedding::Embedder;

use crate::{CUTS, SPEECH, TEXTS, Told, begins, number, roles, run, spoken, text};

const CALLING: [&str; 16] = [
    "Follow along for more recipes.",
    "Please subscribe if you enjoyed this video.",
    "You can find the link in my bio.",
    "Tell me in the comments what you think.",
    "Share it with someone you love.",
    "Don't forget to like and subscribe!",
    "Click the button below to get started.",
    "Download our free app and try it yourself.",
    "Swipe left to see more.",
    "Use code SAVE20 at checkout.",
    "Visit our website to learn more.",
    "Hit the bell so you never miss an upload.",
    "Save this video so you can find it again.",
    "Order now and get free delivery.",
    "Tag a friend who would do this.",
    "See you in the next one, and remember to subscribe.",
];

const OTHER: [&str; 20] = [
    "The police followed the car for an hour.",
    "I like the way the light falls on the water.",
    "They share a flat in the city centre.",
    "She left a comment that nobody understood.",
    "The chain is missing a link.",
    "He hit the ball over the fence.",
    "We ordered two coffees and sat by the window.",
    "The bell rang and the children ran out.",
    "Turn the heat down and stir slowly.",
    "Add a pinch of salt and mix well.",
    "Our visit to the museum took all day.",
    "The app crashed when I opened it.",
    "My code did not compile.",
    "You can see the whole valley from here.",
    "Nobody remembers what happened next.",
    "The friend I told you about is a doctor.",
    "Check the oil before you drive.",
    "Swimming is good for the back.",
    "We try to save water in summer.",
    "The video shows a cat asleep on a chair.",
];

#[test]
fn calls_are_found_and_not_invented() {
    let embedder = Embedder::load(&run().host()).expect("loaded");
    let calls = Calls::load(&embedder).expect("loaded");
    let of = |texts: &[&'static str], calling: bool| -> Vec<&'static str> {
        let is =
            |text: &&&'static str| calls.is_call(text, &embedder.embed(text).expect("embedded")) == calling;
        texts.iter().filter(is).copied().collect()
    };
    let (missed, invented) = (of(&CALLING, false), of(&OTHER, true));
    println!("missed {missed:?}; invented {invented:?}");
    assert!(missed.len() * 5 <= CALLING.len(), "missed: {missed:?}");
    assert!(invented.len() * 20 <= OTHER.len(), "invented: {invented:?}");
}

const TALK: [&str; 5] = [
    "We are at the old harbour this morning.",
    "The fishermen mend their nets on the quay.",
    "Their boats go out before the sun is up.",
    "By noon the market is full of fresh fish.",
    "Most of it is sold within the hour.",
];

/// What whisper-base heard in four recordings calls nobody to anything.
#[test]
fn recordings_call_nobody() {
    let said = crate::topics::RECORDINGS.concat();
    let play = [
        "Do you hear me?",
        "Ah that's a good story.",
        "What are you talking about?",
        "Laugh it.",
        "Not now.",
    ];
    for texts in [said, play.to_vec()] {
        let (speech, starts) = spoken(&texts, 0.4);
        let seen = Told::of(starts[texts.len()]).with(SPEECH, speech).plain().seen();
        assert!(!roles(&seen).contains(&"call_to_action"), "{:?}", seen.segments);
    }
}

#[test]
fn a_call_at_the_end_is_a_part_of_its_own() {
    let (speech, starts) = spoken(&[&TALK[..], &["Follow me for more videos like this."]].concat(), 0.4);
    let told = Told::of(starts[6].ceil()).with(SPEECH, speech).plain();
    let seen = told.seen();
    assert_eq!(roles(&seen).last(), Some(&"call_to_action"), "{:?}", seen.segments);
    assert_eq!(roles(&seen).iter().filter(|role| **role == "call_to_action").count(), 1);
    assert!((begins(&seen).last().expect("parts") - starts[5]).abs() < 1e-6);
    let summary = seen.segments.last().and_then(|last| last["summary"].as_str()).expect("a summary");
    assert!(summary.contains("Follow me for more videos"), "{summary}");
}

#[test]
fn without_a_call_there_is_none() {
    let (speech, starts) = spoken(&TALK, 0.4);
    let seen = Told::of(starts[5].ceil()).with(SPEECH, speech).plain().seen();
    assert!(!roles(&seen).contains(&"call_to_action"), "{:?}", seen.segments);
}

#[test]
fn a_call_that_is_only_written_is_one_and_a_watermark_is_not() {
    let (speech, starts) = spoken(&TALK, 0.4);
    let end_s = starts[5] + 5.0;
    let of = |from_s: f64| {
        let texts = json!([text(from_s, end_s, "LINK IN BIO", "overlay")]);
        let cuts = crate::cuts(&[starts[5] + 0.2]);
        Told::of(end_s).with(SPEECH, speech.clone()).with(TEXTS, texts).with(CUTS, cuts).plain().seen()
    };
    let shown = of(starts[5] + 0.2);
    assert_eq!(roles(&shown).last(), Some(&"call_to_action"), "{:?}", shown.segments);
    assert!(number(&shown.segments.last().expect("parts")["start_time"]) >= starts[5]);
    assert!(!roles(&of(0.0)).contains(&"call_to_action"));
    let (last, call_s) = (json!([text(end_s - 2.0, end_s, "LINK IN BIO", "overlay")]), end_s - 5.0);
    let told =
        Told::of(end_s).with(SPEECH, speech).with(TEXTS, last).with(CUTS, crate::cuts(&[call_s])).plain();
    assert_eq!(roles(&told.seen()).last(), Some(&"call_to_action"), "it may come late in the last part");
}
