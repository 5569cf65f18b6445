//! Real clips, and clips without any text.

use serde_json::{Value, json};
use va_analyzer_sdk::testing::{Clip, Seen};
use va_test_media::{made, media};

use super::{counts, number, text, texts, with};

fn seen(path: impl AsRef<std::path::Path>) -> Seen {
    with("ppocrv6-small").on(&Clip::from_file(path).expect("read")).expect("analysed")
}

fn assert_no_text(name: &str, seen: &Seen) {
    assert!(seen.segments.is_empty(), "{name}: {:?}", texts(seen));
    assert_eq!(seen.summary, json!({ "full_text": "" }), "{name}");
}

/// The footage begins without it; it slides in during frame 36 to 40 of 104, and stands to the end. Two lines, of one
/// graphic: one text.
#[test]
fn the_lower_third_of_a_real_speech_is_read() {
    let seen = seen(media("obama_speech.mp4"));
    assert_eq!(texts(&seen), ["PRESIDENT OBAMA STATEMENT ON IRAN JULY 14, 2015"]);
    let found = &seen.segments[0];
    assert!((2.9..3.8).contains(&number(&found["start_time"])), "{found}");
    assert!((8.3..8.8).contains(&number(&found["end_time"])), "{found}");
    assert_eq!(found["kind"], "overlay");
    assert!(number(&found["confidence"]) > 0.95);
    // Read off the picture by eye, to two pixels each way; of a letter's 13.
    for (side, expected) in [("x", 24.0), ("y", 207.0), ("width", 271.0), ("height", 25.0)] {
        assert!((number(&found["bounding_box"][side]) - expected).abs() < 3.0, "{found}");
    }
}

#[test]
fn footage_without_text_has_none() {
    for name in ["vtest.avi", "wolfgang_langer.mp4", "tree.avi", "small.mp4", "bigbuckbunny.mp4"] {
        assert_no_text(name, &seen(media(name)));
    }
}

#[test]
fn black_grey_and_noise_have_no_text() {
    let plain = |name: &str, graph: &str| {
        made(name, &["-f", "lavfi", "-i", graph, "-t", "4", "-pix_fmt", "yuv420p", "-crf", "28"])
    };
    for (name, searched, path) in [
        ("black", 1, plain("black.mp4", "color=black:s=640x360:r=25")),
        ("grey", 1, plain("grey.mp4", "color=gray:s=640x360:r=25")),
        ("noise", 4, plain("noise.mp4", "color=gray:s=640x360:r=25,noise=alls=60:allf=t:all_seed=7")),
    ] {
        let seen = seen(path);
        assert_no_text(name, &seen);
        assert!(counts(&seen)[1] <= searched, "{name}: {:?}", counts(&seen));
    }
}

/// A printed page is no graphic over a picture: scene.
#[test]
fn a_page_is_read_line_by_line_as_one_text() {
    let seen = seen(media("imageTextN.png"));
    let all = &seen.summary["full_text"].as_str().expect("text");
    for words in [
        "technical details are too complex to cover in the book itself.",
        "variety and complexity of real-world",
    ] {
        assert!(all.contains(words), "{all}");
    }
    let order = [
        "In teaching our courses",
        "asked to choose an individual topic",
        "inspiration from three high-level",
    ];
    let places = order.map(|words| all.find(words).unwrap_or_else(|| panic!("{words:?} in {all}")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(seen.segments.iter().all(|segment| segment["kind"] == "scene"), "{:?}", seen.segments);
}

/// Leaning by 20 degrees, standing, and on its head.
#[test]
fn turned_lines_are_read() {
    let font = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";
    for (name, turn) in
        [("leaning", "rotate=20*PI/180:c=0x405060"), ("standing", "transpose=clock"), ("head", "hflip,vflip")]
    {
        let graph = format!(
            "color=0x405060:s=700x700:r=25,drawtext=fontfile={font}:text='EXIT ONLY 42':fontsize=56:\
             x=(w-text_w)/2:y=(h-text_h)/2:fontcolor=white,{turn}"
        );
        let clip = made(&format!("{name}.png"), &["-f", "lavfi", "-i", &graph, "-frames:v", "1"]);
        assert_eq!(texts(&seen(clip)), ["EXIT ONLY 42"], "{name}");
    }
}

#[test]
fn the_small_model_reads_too() {
    let clip = Clip::from_file(media("obama_speech.mp4")).expect("read");
    let seen = with("ppocrv6-tiny").on(&clip).expect("analysed");
    let line =
        seen.segments.iter().find(|segment| text(segment).contains("PRESIDENT OBAMA STATEMENT ON IRAN"));
    assert!(line.is_some(), "{:?}", texts(&seen));
    assert_eq!(seen.model.as_deref(), Some("ppocrv6-tiny"));
}

#[test]
fn no_frames_give_no_text() {
    assert_no_text("nothing", &with("ppocrv6-tiny").on(&Clip::from_pictures(25.0, [])).expect("analysed"));
}

#[test]
fn settings_are_checked() {
    let clip = Clip::from_pictures(25.0, []);
    for (wrong, named) in [
        (json!({ "look_every": 0 }), "look_every"),
        (json!({ "least_confidence": 1.5 }), "least_confidence"),
        (json!({ "speed": 3 }), "speed"),
    ] {
        let settings: Value = wrong;
        let error = with("ppocrv6-tiny").settings(settings).on(&clip).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}
