//! The same thing keeps its number: pedestrians, and two men who are moved about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use va_analyzer_sdk::testing::{Clip, Seen};
use va_test_media::{made, media};

use super::{corners, number, objects, with};

/// By track: when it was seen, and where its middle was.
type Paths = BTreeMap<u64, Vec<(f64, [f64; 2])>>;

fn paths_of(seen: &Seen, class: &str) -> Paths {
    let mut paths = Paths::new();
    for segment in &seen.segments {
        for object in objects(segment).iter().filter(|object| object["object_class"] == class) {
            let [left, top, right, bottom] = corners(object);
            let place = (number(&segment["timestamp"]), [(left + right) / 2.0, (top + bottom) / 2.0]);
            if let Some(id) = object["track_id"].as_u64() {
                paths.entry(id).or_default().push(place);
            }
        }
    }
    paths
}

/// The track that has its middle there then; by eye.
fn who(paths: &Paths, time: f64, [x, y]: [f64; 2]) -> u64 {
    let is_there =
        |(at, [px, py]): &(f64, [f64; 2])| (at - time).abs() < 0.01 && (px - x).hypot(py - y) < 12.0;
    let found = paths.iter().find(|(_, path)| path.iter().any(is_there));
    *found.unwrap_or_else(|| panic!("nobody at {x}, {y} at {time} s: {paths:?}")).0
}

/// Twenty seconds of pedestrians, ten frames a second, each doubled twice so that every tenth is a third of a second.
fn pedestrians() -> Clip {
    let vtest = media("vtest.avi");
    let input = ["-t", "20", "-i", vtest.to_str().expect("a path")];
    let output = ["-vf", "fps=30", "-crf", "16", "-preset", "fast", "-pix_fmt", "yuv420p"];
    // Tests of one process make it once.
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| made("vtest30.mp4", &[input.as_slice(), output.as_slice()].concat()));
    Clip::from_file(path).expect("read")
}

/// Some fourteen people by eye, up to eight at once. A few vanish behind a post or each other and come back as another.
#[test]
fn pedestrians_keep_their_numbers() {
    let seen = with("yolo11n").on(&pedestrians()).expect("analysed");
    assert_eq!(seen.frames, 60);
    let most = number(&seen.summary["object_counts"]["person"]);
    assert!((7.0..=9.0).contains(&most), "{}", seen.summary);
    let people = paths_of(&seen, "person");
    let different = number(&seen.summary["unique_tracks"]["person"]);
    assert!((12.0..=20.0).contains(&different), "{}", seen.summary);
    assert_eq!(different as usize, people.len());
    // Four are there for 16 of the 20 seconds; the parked van and the car all the time.
    let long = people.values().filter(|path| path.last().map_or(0.0, |last| last.0) - path[0].0 > 15.0);
    assert!(long.count() >= 4, "{people:?}");
    for parked in ["truck", "car"] {
        let longest = paths_of(&seen, parked).into_values().map(|path| path.len()).max();
        assert!(longest >= Some(55), "{parked}: {longest:?}");
    }
    let pair = PAIR.map(|(time, place)| who(&people, time, place));
    assert_eq!((pair[0], pair[1]), (pair[2], pair[3]));
    assert_ne!(pair[0], pair[1]);
}

/// A pair that walks side by side from the right to the back and is twice half hidden. Time and place: the one in red, the
/// one in black; early and late.
const PAIR: [(f64, [f64; 2]); 4] =
    [(4.0, [586.0, 283.0]), (4.0, [618.0, 279.0]), (14.0, [627.0, 144.0]), (14.0, [649.0, 148.0])];

/// A man out of a real picture, 399 pixels high, and his mirror image, who walk towards each other by 30 pixels a second
/// in front of grey.
#[test]
fn two_who_walk_are_two_all_the_time() {
    let seen = with("yolo11n").on(&two_men()).expect("analysed");
    assert_eq!((seen.frames, seen.segments.len()), (10, 10));
    let people = paths_of(&seen, "person");
    assert_eq!(people.len(), 2, "{people:?}");
    for [from, speed] in [[108.0, 30.0], [532.0, -30.0]] {
        let path = &people[&who(&people, 0.0, [from, 260.0])];
        assert_eq!(path.len(), 10);
        for (time, [x, y]) in path {
            assert!((x - (from + speed * time)).abs() < 8.0 && (y - 260.0).abs() < 8.0, "{time}: {x} {y}");
        }
    }
    assert_eq!(seen.summary["object_counts"]["person"], 2);
    assert_eq!(seen.summary["unique_tracks"]["person"], 2);
    assert_eq!(positions(&seen.segments[0]), BTreeSet::from(["middle-left", "middle-right"]));
}

/// Beside two men at a lectern stands a flag, which now and then scores 0.49 as a person; the lectern's edge once scores
/// 0.52 as a laptop. Their ties are told, too, and the seal on the lectern, which the model takes for a clock.
#[test]
fn what_is_doubtful_and_not_seen_again_is_not_told() {
    let seen =
        with("yolo11n").on(&Clip::from_file(media("obama_speech.mp4")).expect("read")).expect("analysed");
    assert_eq!(seen.frames, 11);
    let people = paths_of(&seen, "person");
    assert!(people.len() == 2 && people.values().all(|path| path.len() == 11), "{people:?}");
    assert_eq!(seen.summary["object_counts"]["person"], 2);
    assert_eq!(seen.summary["object_counts"]["tie"], 2);
    assert!(seen.summary["object_counts"]["laptop"].is_null(), "{}", seen.summary);
}

/// A portrait, and after a cut another one in the same place: two people. Without the cut it is one.
#[test]
fn nobody_is_the_same_after_a_cut() {
    let [woman, man] = ["0-f1-su-ph.jpg", "single_face.jpg"].map(media);
    let both = |first: &PathBuf, second: &PathBuf| {
        let looped = |path: &PathBuf| {
            let path = path.to_str().expect("a path").to_owned();
            ["-loop", "1", "-framerate", "25", "-t", "2", "-i"].map(str::to_owned).into_iter().chain([path])
        };
        let graph =
            "[0:v]scale=480:480,setsar=1[a];[1:v]scale=480:480,setsar=1[b];[a][b]concat=n=2,format=yuv420p";
        let output = ["-filter_complex", graph, "-crf", "16"].map(str::to_owned);
        let args: Vec<String> = looped(first).chain(looped(second)).chain(output).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        with("yolo11n").on(&Clip::from_file(made("portraits.mp4", &args)).expect("read")).expect("analysed")
    };
    assert_eq!(both(&woman, &man).summary["unique_tracks"]["person"], 2);
    assert_eq!(both(&woman, &woman).summary["unique_tracks"]["person"], 1);
}

fn positions(segment: &Value) -> BTreeSet<&str> {
    objects(segment).iter().filter_map(|object| object["position"].as_str()).collect()
}

fn two_men() -> Clip {
    let picture = media("basketball1.png");
    let graph = "color=0x808080:s=640x480:r=25:d=4[grey];\
        [0:v]crop=170:420:15:60,format=rgb24,split[man][other];[other]hflip[mirrored];\
        [grey][man]overlay=x='20+30*t':y=40:format=rgb:shortest=1[one];\
        [one][mirrored]overlay=x='450-30*t':y=40:format=rgb,format=yuv420p";
    let input = ["-loop", "1", "-framerate", "25", "-i", picture.to_str().expect("a path")];
    let output = ["-filter_complex", graph, "-t", "4", "-crf", "16"];
    // Tests of one process make it once.
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| made("two_men.mp4", &[input.as_slice(), output.as_slice()].concat()));
    Clip::from_file(path).expect("read")
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = two_men();
    let [one, many] = [1, 64].map(|batch| with("yolo11n").batch(batch).on(&clip).expect("analysed"));
    assert_eq!((&one.segments, &one.summary), (&many.segments, &many.summary));
}
