//! The whole analyzer against the same definitions written with NumPy and SciPy (`reference/quality.py`), and on
//! clips of which the order is known: more blur, more noise, more compression, more or less light and colour.

use serde_json::{Value, json};
use va_analyzer_content_quality::ContentQuality;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_test_media::{made, media};

const MEASURES: [&str; 5] = ["sharpness", "exposure", "noise", "blockiness", "colorfulness"];

fn seen(clip: &Clip) -> Seen {
    Run::new::<ContentQuality>().on(clip).expect("analysed")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The summary of the first two frames (at 0 and 1 s) of a real clip through a filter, compressed by x264 so that little is lost.
fn filtered(source: &str, filter: &str) -> Value {
    compressed(
        source,
        filter,
        &["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"],
    )
}

fn compressed(source: &str, filter: &str, codec: &[&str]) -> Value {
    let source = media(source);
    let input = ["-i", source.to_str().expect("a path"), "-t", "1.2", "-an", "-vf", filter];
    let clip = made("clip.mkv", &[&input, codec].concat());
    seen(&Clip::from_file(clip).expect("read")).summary
}

/// The field of each summary, each larger than the one before by more than `step`.
fn assert_rises(summaries: &[Value], field: &str, step: f64) {
    let values: Vec<f64> = summaries.iter().map(|summary| number(&summary[field])).collect();
    assert!(values.is_sorted_by(|less, more| less + step < *more), "{field} does not rise: {values:?}");
}

/// Luma is rounded a little differently, by a level here and there, and a decoder may differ as much: 0.003, about
/// three times what was seen.
#[test]
fn measures_of_real_frames_are_those_of_another_implementation() {
    let reference: Value = serde_json::from_str(include_str!("reference/quality.json")).expect("JSON");
    for (name, expected) in reference.as_object().expect("frames") {
        let clip = Clip::from_file(media(name)).expect("read");
        let first = seen(&clip).segments.remove(0);
        for field in MEASURES {
            let off = number(&first[field]) - number(&expected[field]);
            assert!(off.abs() < 0.003, "{name} {field}: {first} against {expected}");
        }
    }
}

#[test]
fn sharpness_falls_with_every_blur() {
    for source in ["bigbuckbunny.mp4", "vtest.avi", "wolfgang_langer.mp4", "obama_speech.mp4"] {
        let blurs = ["gblur=sigma=8", "gblur=sigma=4", "gblur=sigma=2", "gblur=sigma=1", "null"];
        let summaries = blurs.map(|blur| filtered(source, blur));
        assert_rises(&summaries, "sharpness", 0.01);
        assert!(number(&summaries[0]["sharpness"]) < 0.15 && number(&summaries[4]["sharpness"]) > 0.4);
        assert!(number(&summaries[0]["technical"]) < number(&summaries[4]["technical"]) - 0.2);
    }
}

/// A picture of 1080 lines, scaled up to 2160, shows no more: halved again, it differs by what scaling loses. Seen:
/// up to 0.023.
#[test]
fn a_picture_scaled_up_to_4k_is_as_sharp_as_before() {
    for name in ["RainDrops.jpg", "TwoWings.jpg"] {
        let picture = media(name);
        let [full_hd, four_k] = ["1440:1080", "2880:2160"].map(|size| {
            let filter = format!("scale={size}:flags=area");
            let clip = made("size.png", &["-i", picture.to_str().expect("a path"), "-vf", &filter]);
            number(&seen(&Clip::from_file(clip).expect("read")).summary["sharpness"])
        });
        assert!((full_hd - four_k).abs() < 0.04, "{name}: {full_hd} {four_k}");
    }
}

#[test]
fn noise_rises_with_every_step_of_noise() {
    for source in ["bigbuckbunny.mp4", "vtest.avi", "wolfgang_langer.mp4"] {
        let of = |alls: &str| filtered(source, &format!("noise=alls={alls}:allf=t:all_seed=7"));
        let summaries = ["0", "10", "20", "40"].map(of);
        assert_rises(&summaries, "noise", 0.05);
        assert!(
            number(&summaries[0]["noise"]) < 0.1 && number(&summaries[3]["noise"]) > 0.7,
            "{summaries:?}"
        );
    }
}

/// Codecs with the 8x8 grid and without a filter that hides it.
#[test]
fn blockiness_rises_with_every_step_of_compression() {
    for source in ["bigbuckbunny.mp4", "vtest.avi", "wolfgang_langer.mp4"] {
        let mpeg4 = ["2", "8", "16", "31"].map(|q| compressed(source, "null", &["-c:v", "mpeg4", "-q:v", q]));
        assert_rises(&mpeg4, "blockiness", 0.05);
        let mjpeg = ["2", "8", "16", "31"]
            .map(|q| compressed(source, "format=yuvj420p", &["-c:v", "mjpeg", "-q:v", q]));
        assert_rises(&mjpeg, "blockiness", 0.02);
        let x264 = ["20", "30", "40", "50"].map(|crf| {
            let codec =
                ["-c:v", "libx264", "-preset", "veryfast", "-x264-params", "no-deblock=1", "-crf", crf];
            compressed(source, "null", &codec)
        });
        assert_rises(&x264, "blockiness", 0.05);
        assert!(number(&x264[3]["technical"]) < number(&x264[0]["technical"]) - 0.1);
    }
}

#[test]
fn exposure_falls_towards_dark_and_towards_bright() {
    for source in ["bigbuckbunny.mp4", "vtest.avi", "obama_speech.mp4"] {
        let darker = ["-0.5", "-0.3", "-0.2", "0"].map(|by| filtered(source, &format!("eq=brightness={by}")));
        assert_rises(&darker, "exposure", 0.02);
        let brighter = ["0.5", "0.4", "0.3", "0"].map(|by| filtered(source, &format!("eq=brightness={by}")));
        assert_rises(&brighter, "exposure", 0.02);
        assert!(number(&darker[3]["exposure"]) > 0.9 && number(&darker[0]["exposure"]) < 0.3);
    }
}

#[test]
fn exposure_falls_where_levels_are_multiplied() {
    let gains = ["0.1", "0.3", "0.5", "1"];
    let darker = gains.map(|gain| filtered("bigbuckbunny.mp4", &format!("lutyuv=y=16+(val-16)*{gain}")));
    assert_rises(&darker, "exposure", 0.02);
}

#[test]
fn colorfulness_rises_with_the_saturation() {
    for source in ["bigbuckbunny.mp4", "vtest.avi", "wolfgang_langer.mp4"] {
        let summaries = ["0", "0.5", "1", "1.4"].map(|s| filtered(source, &format!("eq=saturation={s}")));
        assert_rises(&summaries, "colorfulness", 0.03);
        assert!(number(&summaries[0]["colorfulness"]) < 0.02);
        let hue = ["0", "0.5", "1"].map(|s| filtered(source, &format!("hue=s={s}")));
        assert_rises(&hue, "colorfulness", 0.03);
    }
}

#[test]
fn black_bars_do_not_change_the_exposure() {
    let plain = number(&filtered("bigbuckbunny.mp4", "null")["exposure"]);
    let boxed = number(&filtered("bigbuckbunny.mp4", "pad=iw:ih*2:0:ih/2")["exposure"]);
    assert!((plain - boxed).abs() < 0.02, "{plain} {boxed}");
}

/// Black gives no edge to judge by, no noise, no blocks, no colour, and is badly exposed; so does white.
#[test]
fn black_and_white_clips_give_plain_values() {
    for level in ["black", "white"] {
        let args =
            ["-f", "lavfi", "-i", &format!("color={level}:s=320x240:r=10"), "-t", "2", "-pix_fmt", "yuv420p"];
        let seen = seen(&Clip::from_file(made("plain.mp4", &args)).expect("read"));
        assert_eq!(seen.segments.len(), 2);
        for found in seen.segments.iter().chain([&seen.summary]) {
            assert_eq!(found["sharpness"], Value::Null);
            for field in ["technical", "exposure", "noise", "blockiness", "colorfulness"] {
                assert!(number(&found[field]) < 0.01, "{level} {field}: {found}");
            }
        }
    }
}

#[test]
fn the_smallest_pictures_are_analysed() {
    for (width, height) in [(1, 1), (2, 2), (1, 300), (8, 8), (17, 17), (18, 18)] {
        let grey = Picture::filled(width, height, [128, 128, 128]);
        let seen = seen(&Clip::from_pictures(25.0, [grey]));
        assert_eq!(seen.segments.len(), 1);
        assert_eq!((&seen.summary["exposure"], &seen.summary["colorfulness"]), (&json!(1.0), &json!(0.0)));
        assert_eq!((&seen.summary["technical"], &seen.summary["overall"]), (&json!(1.0), &json!(1.0)));
        let known = width.min(height) >= 18;
        assert_eq!(seen.summary["noise"], if known { json!(0.0) } else { Value::Null });
    }
}

#[test]
fn no_frames_give_nulls() {
    let seen = seen(&Clip::from_pictures(25.0, []));
    assert!(seen.segments.is_empty());
    for field in MEASURES.iter().chain(&["technical", "aesthetic", "overall"]) {
        assert_eq!(seen.summary.get(*field), Some(&Value::Null), "{field}");
    }
}

#[test]
fn summary_has_the_means_of_the_frames_and_overall_is_the_technical_one() {
    let seen = seen(&Clip::from_file(media("wolfgang_langer.mp4")).expect("read"));
    for field in MEASURES.iter().chain(&["technical"]) {
        let sum: f64 = seen.segments.iter().map(|segment| number(&segment[*field])).sum();
        let mean = sum / seen.segments.len() as f64;
        assert!((number(&seen.summary[*field]) - mean).abs() < 1e-4, "{field}");
    }
    assert_eq!(seen.summary["overall"], seen.summary["technical"]);
    assert!(seen.segments.iter().chain([&seen.summary]).all(|found| found["aesthetic"].is_null()));
}

#[test]
fn batches_of_any_size_give_the_same() {
    let clip = Clip::from_file(media("obama_speech.mp4")).expect("read");
    let [one, many] =
        [1, 16].map(|batch| Run::new::<ContentQuality>().batch(batch).on(&clip).expect("analysed"));
    assert_eq!(one.segments, many.segments);
    assert_eq!(one.summary, many.summary);
}

#[test]
fn settings_it_does_not_have_are_refused() {
    let clip = Clip::from_pictures(25.0, []);
    let error = Run::new::<ContentQuality>().settings(json!({ "sharp": 1 })).on(&clip).expect_err("refused");
    assert!(error.to_string().contains("sharp"), "{error}");
}
