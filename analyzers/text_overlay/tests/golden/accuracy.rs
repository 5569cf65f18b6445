//! What is read of captions that were drawn, when, and what they are taken for.

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Seen};
use va_analyzer_text_overlay::reading::edits;

use super::films::{Drawn, FPS, Film, STEP_S, changing, films};
use super::{counts, number, text, texts, with};

fn seen(film: &Film) -> Seen {
    with("ppocrv6-small").on(&Clip::from_file(film.path()).expect("read")).expect("analysed")
}

/// Of the segments that are there at the same time, the one that reads most like it.
fn told<'a>(seen: &'a Seen, caption: &Drawn) -> Option<&'a Value> {
    let at_once = |segment: &&Value| {
        number(&segment["start_time"]) < caption.until_s && number(&segment["end_time"]) > caption.from_s
    };
    seen.segments.iter().filter(at_once).min_by_key(|segment| wrong(text(segment), caption.text))
}

/// Characters to change, as they are: capitals, spaces and marks count.
fn wrong(found: &str, drawn: &str) -> usize {
    let characters = |text: &str| text.chars().collect::<Vec<char>>();
    edits(&characters(found), &characters(drawn))
}

/// Frames fall every 0.4 s: a caption is first seen up to that much after it came, and first missed up to that much after
/// it went. Half a frame for rounding.
fn assert_times(film: &Film, caption: &Drawn, segment: &Value) {
    let slack = 0.5 / FPS;
    let late = number(&segment["start_time"]) - caption.from_s;
    assert!(
        (-slack..STEP_S + slack).contains(&late),
        "{}: {caption:?} begins {late} s late: {segment}",
        film.name
    );
    let late = number(&segment["end_time"]) - caption.until_s;
    assert!(
        (-slack..STEP_S + slack).contains(&late),
        "{}: {caption:?} ends {late} s late: {segment}",
        film.name
    );
}

#[test]
fn captions_are_read_with_their_times_and_kinds() {
    let (mut errors, mut characters) = (0, 0);
    for film in films() {
        let seen = seen(&film);
        for caption in &film.captions {
            let segment = told(&seen, caption)
                .unwrap_or_else(|| panic!("{}: {caption:?}: {:?}", film.name, texts(&seen)));
            errors += wrong(text(segment), caption.text);
            characters += caption.text.chars().count();
            assert_times(&film, caption, segment);
            assert_eq!(segment["kind"], caption.kind, "{}: {segment}", film.name);
        }
        assert_eq!(
            seen.segments.len(),
            film.captions.len(),
            "{}: nothing else: {:?}",
            film.name,
            texts(&seen)
        );
        println!("{}: {:?}", film.name, counts(&seen));
    }
    let rate = errors as f64 / characters as f64;
    println!("{errors} of {characters} characters wrong");
    assert!(rate <= 0.03, "{errors} of {characters} characters are wrong");
}

#[test]
fn boxes_lie_round_the_letters_in_source_pixels() {
    let film = &films()[4];
    let seen = seen(film);
    for (caption, least_width) in film.captions.iter().zip([650.0, 520.0]) {
        let found = &told(&seen, caption).expect("found")["bounding_box"];
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|side| number(&found[side]));
        let top = f64::from(caption.place.1);
        let size = f64::from(caption.size);
        assert!((top - 0.6 * size..top + 0.3 * size).contains(&y), "{caption:?}: {found}");
        assert!((0.8 * size..2.0 * size).contains(&height) && width > least_width, "{caption:?}: {found}");
        match caption.place.0 {
            Some(left) => assert!((x - f64::from(left)).abs() < 0.6 * size, "{caption:?}: {found}"),
            None => assert!((x + width / 2.0 - 960.0).abs() < 0.3 * size, "{caption:?}: {found}"),
        }
    }
}

#[test]
fn a_clock_a_price_and_word_by_word_captions_are_told_one_by_one() {
    let film = changing();
    let seen = seen(&film);
    for caption in &film.captions {
        let exact: Vec<&Value> = seen
            .segments
            .iter()
            .filter(|s| {
                text(s) == caption.text && (number(&s["start_time"]) - caption.from_s).abs() < STEP_S + 0.02
            })
            .collect();
        assert_eq!(exact.len(), 1, "{caption:?}: {:?}", texts(&seen));
        assert_times(&film, caption, exact[0]);
    }
    assert_eq!(seen.segments.len(), film.captions.len(), "{:?}", texts(&seen));
}

/// The same texts, with times within a step, for less than two thirds of the searches and a quarter of the readings.
#[test]
fn fewer_searches_find_the_same() {
    let mut totals = [[0; 3]; 2];
    for film in films().into_iter().take(3) {
        let clip = Clip::from_file(film.path()).expect("read");
        let all =
            with("ppocrv6-small").settings(json!({ "skip_unchanged": false })).on(&clip).expect("analysed");
        let few = with("ppocrv6-small").on(&clip).expect("analysed");
        for (segment, other) in few.segments.iter().zip(&all.segments) {
            assert_eq!((text(segment), &segment["kind"]), (text(other), &other["kind"]), "{}", film.name);
            for time in ["start_time", "end_time"] {
                let off = number(&segment[time]) - number(&other[time]);
                assert!(off.abs() < STEP_S + 0.01, "{}: {segment} {other}", film.name);
            }
        }
        assert_eq!(few.segments.len(), all.segments.len(), "{}", film.name);
        for (total, seen) in totals.iter_mut().zip([&all, &few]) {
            total.iter_mut().zip(counts(seen)).for_each(|(total, count)| *total += count);
        }
    }
    let [[frames, all, _], [_, few, _]] = totals;
    println!("frames, searched, read: {totals:?}");
    assert_eq!(all, frames);
    assert!(3 * few < 2 * all, "{totals:?}");
}

#[test]
fn the_summary_tells_each_text_once_in_order() {
    let film = &films()[1];
    let seen = seen(film);
    let expected = "SAVE 50% NOW\nFür 24,95 € im Angebot\nNoch 3 Stück übrig";
    assert_eq!(seen.summary, json!({ "full_text": expected }));
    assert_eq!(seen.model.as_deref(), Some("ppocrv6-small"));
    assert!(seen.degraded.expect("a stand-in").contains("craft-mlt-25k"));
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = Clip::from_file(films()[3].path()).expect("read");
    let [one, many] = [1, 16].map(|batch| with("ppocrv6-small").batch(batch).on(&clip).expect("analysed"));
    assert_eq!((one.segments, one.summary), (many.segments, many.summary));
}
