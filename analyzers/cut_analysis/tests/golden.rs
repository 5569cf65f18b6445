//! The distances against NumPy and OpenCV, cuts against PySceneDetect, real footage against what is seen in it, and
//! the edges of what can be asked.

mod mixes;

use std::sync::Arc;

use mixes::score::score;
use mixes::{THEMES, Theme, mix};
use serde_json::Value;
use va_analyzer_cut_analysis::film::Film;
use va_analyzer_cut_analysis::{CutAnalysis, FRAME_SIDE, distance};
use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_test_media::media;

fn analysed(clip: &Clip) -> Seen {
    Run::new::<CutAnalysis>().on(clip).expect("analysed")
}

fn reference(text: &str) -> Value {
    serde_json::from_str(text).expect("the reference is JSON")
}

/// Hands the frames out that the analyzer under test is given.
struct Frames;

struct FramesOfOneVideo;

impl Analyzer for Frames {
    type Session = FramesOfOneVideo;

    fn description() -> Description {
        CutAnalysis::description()
    }

    fn load(_host: &Host) -> Result<Self> {
        Ok(Frames)
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(FramesOfOneVideo)
    }
}

impl Session for FramesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        batch.iter().try_for_each(|frame| findings.segment(&frame.data))
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        Summary::of(&json!({}))
    }
}

#[test]
fn distances_are_those_of_numpy_and_opencv() {
    let reference = reference(include_str!("reference/distances.json"));
    let mut film = Film::new(FRAME_SIDE as usize, 36);
    for (clip, wanted) in reference["frames"].as_object().expect("clips") {
        let clip = Clip::from_file(media(clip)).expect("a clip");
        let frames = Run::new::<Frames>().on(&clip).expect("decoded").segments;
        for index in wanted.as_array().expect("frame numbers") {
            let frame = &frames[index.as_u64().expect("a frame number") as usize];
            film.push(&serde_json::from_value::<Vec<u8>>(frame.clone()).expect("pixels"));
        }
    }
    let pairs = reference["pairs"].as_array().expect("pairs");
    assert_eq!(pairs.len(), 45);
    for pair in pairs {
        let [a, b] = [0, 1].map(|at| pair["pair"][at].as_u64().expect("a frame") as usize);
        // Luma and chroma are rounded per pixel here and there in different ways, by at most one level of 255.
        let blocks = f64::from(distance::blocks(&film, a, b));
        assert!((blocks - pair["blocks"].as_f64().expect("a number")).abs() < 0.3, "{pair}: {blocks}");
        // One level is up to 40/12 levels after normalisation, of about 20 that a tile costs; and the picture's
        // shift may be another one of two that fit alike.
        let structure = f64::from(distance::structure(&film, a, b));
        assert!(
            (structure - pair["structure"].as_f64().expect("a number")).abs() < 0.03,
            "{pair}: {structure}"
        );
    }
}

#[test]
fn finds_the_cuts_that_pyscenedetect_finds_where_nothing_distracts() {
    let reference = reference(include_str!("reference/scenedetect_cuts.json"));
    let mix = mix(Theme::Cuts, 11);
    let seen = analysed(&Clip::from_file(&mix.path).expect("a clip"));
    let frames: Vec<&Value> = seen.segments.iter().map(|segment| &segment["frame"]).collect();
    for detector in ["content", "adaptive"] {
        let theirs: Vec<&Value> = reference["cuts"][detector].as_array().expect("frames").iter().collect();
        assert_eq!(frames, theirs, "{detector}");
    }
}

#[test]
fn is_no_worse_than_pyscenedetect_on_any_mix() {
    let reference = reference(include_str!("reference/scenedetect_cuts.json"));
    for theme in THEMES {
        let mix = mix(theme, 11);
        let ours = score(&mix.truth, &analysed(&Clip::from_file(&mix.path).expect("a clip")).segments).0;
        for detector in ["content", "adaptive"] {
            let frames =
                reference[format!("{theme:?}").to_lowercase()][detector].as_array().expect("frames").clone();
            let as_segment = |frame: Value| json!({ "transition": "cut", "frame": frame });
            let theirs: Vec<Value> = frames.into_iter().map(as_segment).collect();
            let theirs = score(&mix.truth, &theirs).0;
            println!("{}, {detector}: F1 {:.3}, ours {:.3}", mix.name, theirs.f1(), ours.f1());
            assert!(ours.f1() >= theirs.f1(), "{}: {ours}; {detector}: {theirs}", mix.name);
        }
    }
}

/// Each of these was looked at on a sheet of its frames: one shot, with what moves in it.
#[test]
fn finds_no_transition_in_footage_that_has_none() {
    let one_shot = [
        ("obama_speech.mp4", 105), // a lower third with its text slides in at frames 27 to 34
        ("bigbuckbunny.mp4", 132), // a large animal gets up
        ("wolfgang_langer.mp4", 472), // a face close up, and hands before it
        ("small.mp4", 166),        // a machine that turns
        ("vtest.avi", 795),        // people walk by
        ("tree.avi", 68),          // a hand is put before the lens
        ("park.mp4", 17),
    ];
    for (name, frames) in one_shot {
        let seen = analysed(&Clip::from_file(media(name)).expect("a clip"));
        assert_eq!(seen.frames, frames, "{name}");
        assert!(seen.segments.is_empty(), "{name}: {:?}", seen.segments);
        assert_eq!(seen.summary["cut_count"], 0, "{name}");
    }
}

#[test]
fn batches_of_any_size_give_the_same() {
    let mix = mix(Theme::Everything, 11);
    let clip = Clip::from_file(&mix.path).expect("a clip");
    let of_batch = |frames| {
        let seen = Run::new::<CutAnalysis>().batch(frames).on(&clip).expect("analysed");
        (seen.segments, seen.summary)
    };
    let one_by_one = of_batch(1);
    assert!(one_by_one.0.len() > 8 && mix.frames > 32);
    assert_eq!(one_by_one, of_batch(16));
    assert_eq!(one_by_one, of_batch(32));
}

#[test]
fn says_when_and_how_long_in_seconds() {
    let colours = |t: u32| if t < 30 { 40 } else { 200 };
    let picture =
        |t| Picture::from_fn(64, 36, |x, y| [colours(t), (x * 37 % 200) as u8, (y * 53 % 200) as u8 / 2]);
    let swapped =
        |t| Picture::from_fn(64, 36, |x, y| [colours(t), (y * 41 % 200) as u8, (x * 29 % 250) as u8]);
    let clip = Clip::from_pictures(25.0, (0..75).map(|t| if t < 30 { picture(t) } else { swapped(t) }));
    let seen = analysed(&clip);
    assert_eq!(seen.segments.len(), 1);
    let cut = &seen.segments[0];
    assert_eq!((&cut["transition"], &cut["frame"]), (&json!("cut"), &json!(30)));
    for time in ["timestamp", "start_time", "end_time"] {
        assert_eq!(cut[time], 1.2, "{time}");
    }
    assert!((0.5..=1.0).contains(&cut["confidence"].as_f64().expect("a number")));
    assert_eq!(seen.summary, json!({ "cut_count": 1, "cuts_per_minute": 20.0, "shot_length_mean_s": 1.5 }));
}

#[test]
fn knows_nothing_of_a_video_without_frames() {
    let seen = analysed(&Clip::from_samples(16_000, 1, vec![0.0; 16_000]));
    assert!(seen.segments.is_empty());
    assert_eq!(
        seen.summary,
        json!({ "cut_count": null, "cuts_per_minute": null, "shot_length_mean_s": null })
    );
}

#[test]
fn takes_one_frame_for_one_shot() {
    let seen = analysed(&Clip::from_pictures(25.0, [Picture::filled(64, 36, [90, 20, 200])]));
    assert!(seen.segments.is_empty());
    assert_eq!(seen.summary, json!({ "cut_count": 0, "cuts_per_minute": 0.0, "shot_length_mean_s": 0.04 }));
}

#[test]
fn finds_nothing_in_one_colour_of_any_size() {
    for (width, height) in [(1, 1), (2, 2), (1, 64), (5, 3), (64, 36)] {
        for value in [0, 128, 255] {
            let frames = (0..40).map(|_| Picture::filled(width, height, [value; 3]));
            let seen = analysed(&Clip::from_pictures(25.0, frames));
            assert!(seen.segments.is_empty(), "{width}x{height} of {value}: {:?}", seen.segments);
            assert_eq!(seen.summary["cut_count"], 0);
        }
    }
}

#[test]
fn refuses_settings_that_it_does_not_have() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(8, 8, [0; 3])]);
    let refused = Run::new::<CutAnalysis>().settings(json!({ "cut_treshold": 0.4 })).on(&clip);
    assert!(refused.expect_err("a misspelt key").message.contains("cut_treshold"));
}
