//! Little, nothing, and findings that are not what they should be.

use serde_json::{Value, json};
use va_analyzer_sdk::testing::Clip;

use crate::{CUTS, LEVELS, SPEECH, TEXTS, Told, cuts, model, roles, run, spoken};

#[test]
fn a_silent_clip_without_texts_is_told_by_its_shots() {
    let seen = Told::of(12.0).without_sound().with(CUTS, cuts(&[6.0])).plain().seen();
    let summaries: Vec<&Value> = seen.segments.iter().map(|part| &part["summary"]).collect();
    assert_eq!(summaries, ["One shot without sound.", "One shot without sound."]);
    assert_eq!((seen.degraded, &seen.summary["pace"]), (None, &json!("slow")));
}

#[test]
fn nothing_found_is_one_part() {
    let seen = Told::of(8.0).plain().seen();
    assert_eq!(
        seen.segments,
        [json!({
            "start_time": 0.0, "end_time": 8.0, "role": "development", "summary": "One shot.", "sentiment": null
        })]
    );
    assert_eq!(seen.summary, json!({ "story_arc": null, "pace": "slow" }));
}

#[test]
fn where_the_others_told_nothing_that_is_said() {
    let seen = Told::of(8.0).seen();
    let reason = seen.degraded.expect("a reason");
    assert!([SPEECH, TEXTS, CUTS, LEVELS].iter().all(|name| reason.contains(name)), "{reason}");
    assert_eq!(seen.segments[0]["summary"], Value::Null);
    assert_eq!(seen.summary, json!({ "story_arc": null, "pace": null }));
}

#[test]
fn findings_of_another_shape_cost_only_themselves() {
    let (speech, starts) = spoken(&["The bread is gone within minutes."], 0.0);
    let broken = json!([{ "start_time": "soon" }]);
    let seen = Told::of(starts[1]).with(SPEECH, speech).with(TEXTS, broken).plain().seen();
    let reason = seen.degraded.expect("a reason");
    assert!(reason.contains("cannot read the findings of text_overlay"), "{reason}");
    assert_eq!(seen.segments[0]["summary"], "One shot: \"The bread is gone within minutes.\" is said.");
}

#[test]
fn times_beyond_the_end_of_the_container_are_believed() {
    let (speech, starts) = spoken(&["One and two and three.", "Four and five and six."], 0.5);
    let told = Told::of(starts[2]).with(SPEECH, speech).plain();
    let short = Told { duration_s: 1.0, ..told.clone() };
    let seen =
        short.findings.iter().fold(run(), |run, (name, found)| run.other_findings(name, found.clone()));
    let seen = seen.on(&short.clip()).expect("analysed");
    assert_eq!(seen.segments.last().map(|last| &last["end_time"]), Some(&json!(starts[2])));
}

#[test]
fn a_very_short_clip_is_one_part() {
    let seen = Told::of(0.5).with(CUTS, cuts(&[0.2])).plain().seen();
    assert_eq!(roles(&seen), ["development"]);
}

#[test]
fn settings_out_of_range_are_refused_with_their_name() {
    let clip = Clip::from_samples(16_000, 1, vec![0.0; 16_000]);
    for (settings, name) in [
        (json!({ "shortest_part_s": 0 }), "shortest_part_s"),
        (json!({ "most_parts": 0 }), "most_parts"),
        (json!({ "shortest_parts": 3 }), "shortest_parts"),
    ] {
        let refused = run().settings(settings).on(&clip).expect_err("refused");
        assert!(refused.message.contains(name), "{refused}");
    }
}

#[test]
fn without_its_model_it_cannot_run_and_says_what_is_missing() {
    use va_analyzer_sdk::testing::Run;
    use va_analyzer_temporal_flow::TemporalFlow;

    let clip = Clip::from_samples(16_000, 1, vec![0.0; 16_000]);
    let none = Run::new::<TemporalFlow>().model("onnxruntime", model("onnxruntime"));
    assert!(none.on(&clip).expect_err("refused").message.contains("minilm-l6-v2"));
    let another = Run::new::<TemporalFlow>()
        .model("onnxruntime", model("onnxruntime"))
        .model("minilm-l6-v2", model("silero-vad"));
    let refused = another.on(&clip).expect_err("refused");
    assert!(refused.message.contains("minilm-l6-v2"), "{refused}");
    let wordless = Run::new::<TemporalFlow>()
        .model("onnxruntime", model("onnxruntime"))
        .model("minilm-l6-v2", model("minilm-l6-v2"));
    assert!(wordless.on(&clip).expect_err("refused").message.contains("vader"));
}
