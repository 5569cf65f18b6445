//! The whole analyzer against values of other implementations (`reference/colors.py`), and on clips whose colours
//! are known because they were made so.

use serde_json::{Value, json};
use va_analyzer_color_analysis::ColorAnalysis;
use va_analyzer_color_analysis::kmeans::clusters;
use va_analyzer_color_analysis::names::name_of;
use va_analyzer_color_analysis::pixels::Pixels;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_inference::image::Lab;
use va_test_media::{made, media};

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/colors.json")).expect("the reference is JSON")
}

fn seen(clip: &Clip) -> Seen {
    Run::new::<ColorAnalysis>().on(clip).expect("analysed")
}

fn seen_of(color_filter: &str) -> Seen {
    let clip = made("clip.mp4", &["-f", "lavfi", "-i", color_filter, "-t", "3", "-pix_fmt", "yuv420p"]);
    seen(&Clip::from_file(clip).expect("read"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn rgb_of(hex: &Value) -> [u8; 3] {
    let hex = hex.as_str().expect("hex is text").strip_prefix('#').expect("hex begins with #");
    [0, 2, 4].map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits"))
}

fn rgb_in(value: &Value) -> [u8; 3] {
    [0, 1, 2].map(|i| u8::try_from(value[i].as_u64().expect("a level")).expect("a level"))
}

/// scikit-image's white differs in the fifth digit, and it computes in f64: 0.02 of a range of 100 covers both.
#[test]
fn lab_is_that_of_scikit_image() {
    for known in reference()["lab"].as_array().expect("colours") {
        let Lab { l, a, b } = Lab::of_srgb(rgb_in(&known["rgb"]));
        for (found, expected) in [l, a, b].into_iter().zip(known["lab"].as_array().expect("three")) {
            assert!((f64::from(found) - number(expected)).abs() < 0.02, "{known}: {l} {a} {b}");
        }
    }
}

#[test]
fn names_are_the_nearest_by_the_ciede2000_of_scikit_image() {
    for known in reference()["names"].as_array().expect("colours") {
        assert_eq!(
            name_of(Lab::of_srgb(rgb_in(&known["rgb"]))),
            known["name"].as_str().expect("a name"),
            "{known}"
        );
    }
}

/// Brightness, contrast and saturation: rounding to 4 decimals, f32 against f64, and a decoder that may differ by a
/// level allow 0.002. The colour temperature amplifies such differences: 1 %.
#[test]
fn measures_of_real_frames_are_those_of_other_implementations() {
    for (name, expected) in reference()["frames"].as_object().expect("frames") {
        let clip = Clip::from_file(media(name)).expect("read");
        let first = seen(&clip).segments.remove(0);
        for field in ["brightness", "contrast", "saturation"] {
            let off = number(&first[field]) - number(&expected[field]);
            assert!(off.abs() < 0.002, "{name} {field}: {first} against {expected}");
        }
        let kelvin = number(&first["temperature_k"]) / number(&expected["mccamy_k"]);
        assert!((kelvin - 1.0).abs() < 0.01, "{name}: {first} against {expected}");
    }
}

/// The spread of all pixels round their nearest centre, against scikit-learn's best of ten starts on the pixels
/// themselves. Ours cluster cells of alike colours: 2 % covers that.
#[test]
fn clusters_fit_as_well_as_those_of_scikit_learn() {
    for (name, expected) in reference()["frames"].as_object().expect("frames") {
        let rgb = first_frame(name);
        let mut pixels = Pixels::default();
        pixels.add_rgb(&rgb);
        let centres = clusters(&pixels.points(), 5);
        let cost = |rgb: &[u8]| {
            let color = Lab::of_srgb([rgb[0], rgb[1], rgb[2]]);
            let nearest =
                centres.iter().map(|centre| centre.color.distance_squared(color)).min_by(f32::total_cmp);
            f64::from(nearest.expect("there are centres"))
        };
        let inertia: f64 = rgb.chunks_exact(3).map(cost).sum();
        let ratio = inertia / number(&expected["inertia_of_5"]);
        assert!((0.98..1.02).contains(&ratio), "{name}: {ratio}");
    }
}

/// The pixels that the analyzer is handed.
fn first_frame(name: &str) -> Vec<u8> {
    let path = media(name);
    let clip = Clip::from_file(&path).expect("read");
    let (width, height) = (f64::from(clip.video().width), f64::from(clip.video().height));
    let factor = 160.0 / width.max(height);
    let size = format!("{}:{}", (width * factor).round(), (height * factor).round());
    let scale = format!("scale={size}:flags=area:out_range=full,format=rgb24");
    let args = ["-v", "error", "-nostdin", "-frames:v", "1", "-vf", &scale, "-f", "rawvideo", "-"];
    let output =
        std::process::Command::new("ffmpeg").arg("-i").arg(path).args(args).output().expect("ffmpeg starts");
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Half red, three tenths of blue, two of yellow, as x264 with subsampled chroma keeps them: 6 levels each way.
#[test]
fn palette_of_coloured_stripes_has_their_shares_and_colours() {
    let graph = "color=0xc02020:s=320x360[a];color=0x2030b0:s=192x360[b];color=0xe0d040:s=128x360[c];[a][b][c]hstack=3";
    let args = ["-filter_complex", graph, "-t", "3", "-pix_fmt", "yuv420p", "-crf", "23"];
    let clip = Clip::from_file(made("stripes.mp4", &args)).expect("read");
    let seen = seen(&clip);
    let expected = [([0xc0, 0x20, 0x20], 0.5), ([0x20, 0x30, 0xb0], 0.3), ([0xe0, 0xd0, 0x40], 0.2)];
    assert_eq!(seen.segments.len(), 3);
    for found in seen.segments.iter().chain([&seen.summary]) {
        let colors = found["dominant_colors"].as_array().expect("a palette");
        assert_eq!(colors.len(), 3, "{found}");
        for (color, (rgb, share)) in colors.iter().zip(expected) {
            assert!((number(&color["ratio"]) - share).abs() < 0.01, "{found}");
            let found = rgb_of(&color["hex"]);
            let off = [0, 1, 2].map(|i| found[i].abs_diff(rgb[i]));
            assert!(off.iter().all(|&off| off <= 6), "{found:?} is not {rgb:?}");
        }
    }
}

/// Half of the time green, half of it purple: each frame has one colour, the video both.
#[test]
fn summary_pools_the_frames() {
    let graph = "color=0x208030:s=160x90:r=10:d=2[a];color=0x803080:s=160x90:r=10:d=2[b];[a][b]concat";
    let clip = made("halves.mp4", &["-filter_complex", graph, "-pix_fmt", "yuv420p"]);
    let seen = seen(&Clip::from_file(clip).expect("read"));
    for segment in &seen.segments {
        assert_eq!(segment["dominant_colors"].as_array().expect("a palette").len(), 1);
    }
    let ratios: Vec<f64> = seen.summary["dominant_colors"]
        .as_array()
        .expect("a palette")
        .iter()
        .map(|c| number(&c["ratio"]))
        .collect();
    assert_eq!(ratios, [0.5, 0.5]);
    let mean = seen.segments.iter().map(|segment| number(&segment["brightness"])).sum::<f64>() / 4.0;
    assert!((number(&seen.summary["brightness"]) - mean).abs() < 1e-3);
}

/// ffmpeg's `colortemperature` gives the cast of a light of so many K, 6500 K none. Made lossless.
fn under_light(input: &[&str], kelvin: u32) -> Value {
    let filter = format!("scale=480:360,colortemperature=temperature={kelvin}");
    let clip = made("light.png", &[input, &["-frames:v", "1", "-vf", &filter]].concat());
    seen(&Clip::from_file(clip).expect("read")).summary
}

#[test]
fn temperature_of_a_real_picture_follows_the_light() {
    let garden = media("Garden.jpg");
    let kelvin =
        |light| number(&under_light(&["-i", garden.to_str().expect("a path")], light)["temperature_k"]);
    let kelvins = [3500, 5000, 6500, 8000, 11000].map(kelvin);
    assert!(kelvins.is_sorted_by(|warmer, cooler| warmer * 1.03 < *cooler), "{kelvins:?}");
}

#[test]
fn grey_is_warm_or_cool_by_the_light() {
    let word =
        |light| under_light(&["-f", "lavfi", "-i", "color=gray:s=64x48"], light)["temperature"].clone();
    assert_eq!([3500, 5000, 6500, 9000, 12000].map(word), ["warm", "warm", "neutral", "cool", "cool"]);
}

#[test]
fn grey_levels_have_their_lightness() {
    let steps = [0x10, 0x40, 0x80, 0xc0, 0xf0].map(|level: u8| {
        let summary = seen_of(&format!("color=0x{level:02x}{level:02x}{level:02x}:s=64x64")).summary;
        // A level of 219 that video has for 256: 1.2 levels, under 0.006 of lightness.
        let expected = f64::from(Lab::of_srgb([level; 3]).l) / 100.0;
        assert!((number(&summary["brightness"]) - expected).abs() < 0.006, "{level}: {summary}");
        assert!(number(&summary["saturation"]) < 0.01 && number(&summary["contrast"]) < 0.01, "{summary}");
        assert_eq!(summary["temperature"], "neutral");
        number(&summary["brightness"])
    });
    assert!(steps.is_sorted_by(|darker, brighter| darker < brighter), "{steps:?}");
}

#[test]
fn saturation_and_contrast_follow_the_eq_filter() {
    let of = |eq: &str| {
        let filter = format!("scale=480:270,eq={eq}");
        let clip = made("eq.png", &["-i", media("fruits.jpg").to_str().expect("a path"), "-vf", &filter]);
        seen(&Clip::from_file(clip).expect("read")).summary
    };
    let saturations = ["saturation=0", "saturation=0.5", "saturation=1", "saturation=1.5"];
    let saturations = saturations.map(|eq| number(&of(eq)["saturation"]));
    assert!(saturations.is_sorted_by(|less, more| less + 0.02 < *more), "{saturations:?}");
    let contrasts = ["contrast=0.4", "contrast=0.7", "contrast=1", "contrast=1.4"];
    let contrasts = contrasts.map(|eq| number(&of(eq)["contrast"]));
    assert!(contrasts.is_sorted_by(|less, more| less + 0.02 < *more), "{contrasts:?}");
}

#[test]
fn black_has_no_temperature_and_white_is_calm() {
    let black = seen(&Clip::from_pictures(25.0, [Picture::filled(64, 36, [0, 0, 0])])).summary;
    assert_eq!(black["dominant_colors"], json!([{ "hex": "#000000", "ratio": 1.0, "name": "black" }]));
    assert_eq!((&black["temperature_k"], &black["temperature"]), (&Value::Null, &json!("neutral")));
    assert_eq!(
        (&black["brightness"], &black["saturation"], &black["contrast"]),
        (&json!(0.0), &json!(0.0), &json!(0.0))
    );
    assert_eq!(black["mood"], "gloomy");

    let white = seen(&Clip::from_pictures(25.0, [Picture::filled(64, 36, [255, 255, 255])])).summary;
    assert_eq!(white["dominant_colors"][0]["name"], "white");
    assert_eq!(white["mood"], "calm");
}

#[test]
fn the_smallest_pictures_are_analysed() {
    for (width, height) in [(1, 1), (2, 2), (1, 300)] {
        let seen = seen(&Clip::from_pictures(25.0, [Picture::filled(width, height, [10, 200, 30])]));
        assert_eq!(seen.segments.len(), 1);
        assert_eq!(seen.summary["dominant_colors"][0]["ratio"], 1.0);
    }
}

#[test]
fn no_frames_give_an_empty_palette_and_nulls() {
    let seen = seen(&Clip::from_pictures(25.0, []));
    assert!(seen.segments.is_empty());
    assert_eq!(seen.summary["dominant_colors"], json!([]));
    for field in ["temperature", "temperature_k", "brightness", "saturation", "contrast", "mood"] {
        assert_eq!(seen.summary[field], Value::Null, "{field}");
    }
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = Clip::from_file(media("wolfgang_langer.mp4")).expect("read");
    let [one, many] =
        [1, 16].map(|batch| Run::new::<ColorAnalysis>().batch(batch).on(&clip).expect("analysed"));
    assert_eq!(one.segments, many.segments);
    assert_eq!(one.summary, many.summary);
}

#[test]
fn settings_change_the_palette_and_are_checked() {
    let clip = Clip::from_file(media("fruits.jpg")).expect("read");
    let run = |settings: Value| Run::new::<ColorAnalysis>().settings(settings).on(&clip);
    let two = run(json!({ "colors": 2, "merge_delta_e": 0.0 })).expect("analysed");
    assert_eq!(two.summary["dominant_colors"].as_array().expect("a palette").len(), 2);
    for (wrong, named) in [
        (json!({ "colors": 0 }), "colors"),
        (json!({ "min_ratio": 1.0 }), "min_ratio"),
        (json!({ "k": 3 }), "k"),
    ] {
        let error = run(wrong).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}
