//! Which fields there must be, of which kind, and in which range. Each list is complete: what it does not name is not
//! so.

use serde_json::{Value, json};

use crate::example::{Field, analyzers, assert_names, defects, example, field, fields};

/// Fields that are unknown at times.
const NULLABLE: &[&str] = &[
    "age_estimation.segments.faces.age",
    "age_estimation.segments.faces.gender",
    "age_estimation.segments.faces.gender_confidence",
    "age_estimation.segments.faces.track_id",
    "age_estimation.summary.people.age",
    "age_estimation.summary.people.gender",
    "audio_analysis.segments.pitch_hz",
    "audio_analysis.segments.spectral_bandwidth_hz",
    "audio_analysis.segments.spectral_centroid_hz",
    "audio_analysis.segments.spectral_rolloff_hz",
    "audio_analysis.summary.key",
    "audio_analysis.summary.loudness_lufs",
    "audio_analysis.summary.music_ratio",
    "audio_analysis.summary.pitch_median_hz",
    "audio_analysis.summary.speech_ratio",
    "audio_analysis.summary.tempo_bpm",
    "audio_environment.summary.environment",
    "background_segmentation.segments.scene",
    "background_segmentation.summary.foreground_ratio_mean",
    "background_segmentation.summary.scene",
    "body_pose.segments.people.gesture",
    "body_pose.segments.people.keypoints.x",
    "body_pose.segments.people.keypoints.y",
    "body_pose.segments.people.track_id",
    "camera_analysis.segments.stability",
    "camera_analysis.summary.dominant_movement",
    "camera_analysis.summary.stability",
    "color_analysis.segments.temperature_k",
    "color_analysis.summary.brightness",
    "color_analysis.summary.contrast",
    "color_analysis.summary.mood",
    "color_analysis.summary.saturation",
    "color_analysis.summary.temperature",
    "color_analysis.summary.temperature_k",
    "content_quality.segments.aesthetic",
    "content_quality.segments.blockiness",
    "content_quality.segments.noise",
    "content_quality.segments.sharpness",
    "content_quality.summary.aesthetic",
    "content_quality.summary.blockiness",
    "content_quality.summary.colorfulness",
    "content_quality.summary.exposure",
    "content_quality.summary.noise",
    "content_quality.summary.overall",
    "content_quality.summary.sharpness",
    "content_quality.summary.technical",
    "cut_analysis.summary.cut_count",
    "cut_analysis.summary.cuts_per_minute",
    "cut_analysis.summary.shot_length_mean_s",
    "emotion_detection.segments.faces.confidence",
    "emotion_detection.segments.faces.emotion",
    "emotion_detection.segments.faces.scores",
    "emotion_detection.segments.faces.track_id",
    "emotion_detection.summary.dominant_emotion",
    "eye_tracking.segments.faces.eyes_open",
    "eye_tracking.segments.faces.gaze",
    "eye_tracking.segments.faces.left_iris",
    "eye_tracking.segments.faces.right_iris",
    "eye_tracking.segments.faces.target",
    "eye_tracking.summary.camera_contact_ratio",
    "face_detection.segments.faces.landmarks.left_eye",
    "face_detection.segments.faces.landmarks.mouth_left",
    "face_detection.segments.faces.landmarks.mouth_right",
    "face_detection.segments.faces.landmarks.nose",
    "face_detection.segments.faces.landmarks.right_eye",
    "face_detection.segments.faces.track_id",
    "object_detection.segments.objects.track_id",
    "qwen2_vl_temporal.segments.confidence",
    "qwen2_vl_temporal.summary.description",
    "scene_segmentation.segments.transition_in",
    "speech_emotion.segments.arousal",
    "speech_emotion.segments.confidence",
    "speech_emotion.segments.emotion",
    "speech_emotion.segments.valence",
    "speech_emotion.summary.dominant_emotion",
    "speech_flow.segments.strength",
    "speech_flow.segments.word",
    "speech_flow.summary.articulation_rate_wpm",
    "speech_flow.summary.pause_ratio",
    "speech_flow.summary.pitch_range_semitones",
    "speech_flow.summary.rhythm_npvi",
    "speech_flow.summary.words_per_minute",
    "speech_transcription.segments.confidence",
    "speech_transcription.segments.language",
    "speech_transcription.segments.words.confidence",
    "speech_transcription.summary.language",
    "temporal_flow.segments.sentiment",
    "temporal_flow.segments.summary",
    "temporal_flow.summary.pace",
    "temporal_flow.summary.story_arc",
];

/// Numbers that are 1 at most: scores, shares and amounts.
const AT_MOST_ONE: &[&str] = &[
    "age_estimation.segments.faces.confidence",
    "age_estimation.segments.faces.gender_confidence",
    "audio_analysis.segments.zero_crossing_rate",
    "audio_analysis.summary.music_ratio",
    "audio_analysis.summary.speech_ratio",
    "audio_environment.segments.confidence",
    "audio_environment.summary.ratios.silence",
    "audio_environment.summary.ratios.speech",
    "background_segmentation.segments.classes.area_ratio",
    "background_segmentation.segments.foreground_ratio",
    "background_segmentation.summary.foreground_ratio_mean",
    "body_pose.segments.people.keypoints.confidence",
    "camera_analysis.segments.intensity",
    "camera_analysis.segments.stability",
    "camera_analysis.summary.stability",
    "color_analysis.segments.brightness",
    "color_analysis.segments.contrast",
    "color_analysis.segments.dominant_colors.ratio",
    "color_analysis.segments.saturation",
    "color_analysis.summary.brightness",
    "color_analysis.summary.contrast",
    "color_analysis.summary.dominant_colors.ratio",
    "color_analysis.summary.saturation",
    "content_quality.segments.aesthetic",
    "content_quality.segments.blockiness",
    "content_quality.segments.colorfulness",
    "content_quality.segments.exposure",
    "content_quality.segments.noise",
    "content_quality.segments.sharpness",
    "content_quality.segments.technical",
    "content_quality.summary.aesthetic",
    "content_quality.summary.blockiness",
    "content_quality.summary.colorfulness",
    "content_quality.summary.exposure",
    "content_quality.summary.noise",
    "content_quality.summary.overall",
    "content_quality.summary.sharpness",
    "content_quality.summary.technical",
    "cut_analysis.segments.confidence",
    "emotion_detection.segments.faces.confidence",
    "emotion_detection.segments.faces.scores.angry",
    "emotion_detection.segments.faces.scores.disgust",
    "emotion_detection.segments.faces.scores.fear",
    "emotion_detection.segments.faces.scores.happy",
    "emotion_detection.segments.faces.scores.neutral",
    "emotion_detection.segments.faces.scores.sad",
    "emotion_detection.segments.faces.scores.surprise",
    "emotion_detection.summary.ratios.happy",
    "emotion_detection.summary.ratios.neutral",
    "eye_tracking.summary.camera_contact_ratio",
    "face_detection.segments.faces.confidence",
    "object_detection.segments.objects.confidence_score",
    "qwen2_vl_temporal.segments.confidence",
    "speech_emotion.segments.arousal",
    "speech_emotion.segments.confidence",
    "speech_emotion.segments.valence",
    "speech_flow.segments.strength",
    "speech_flow.summary.pause_ratio",
    "speech_transcription.segments.confidence",
    "speech_transcription.segments.words.confidence",
    "temporal_flow.segments.sentiment",
    "text_overlay.segments.confidence",
];

/// Numbers that may be below 0.
const SIGNED: &[&str] = &[
    "audio_analysis.segments.rms_db",
    "audio_analysis.summary.loudness_lufs",
    "eye_tracking.segments.faces.gaze.pitch_deg",
    "eye_tracking.segments.faces.gaze.yaw_deg",
    "temporal_flow.segments.sentiment",
];

/// Numbers without a fraction.
const WHOLE: &[&str] = &[
    "age_estimation.segments.faces.track_id",
    "age_estimation.summary.people.track_id",
    "body_pose.segments.people.track_id",
    "body_pose.summary.gestures.hand_raised",
    "body_pose.summary.people_max",
    "cut_analysis.segments.frame",
    "cut_analysis.summary.cut_count",
    "emotion_detection.segments.faces.track_id",
    "face_detection.segments.faces.track_id",
    "face_detection.summary.faces_max",
    "face_detection.summary.unique_tracks",
    "object_detection.segments.objects.track_id",
    "object_detection.summary.object_counts.person",
    "object_detection.summary.unique_tracks.person",
    "qwen2_vl_temporal.segments.segment_id",
    "scene_segmentation.segments.scene_id",
    "scene_segmentation.segments.shots",
    "scene_segmentation.summary.scene_count",
    "speech_flow.summary.pause_count",
];

/// Entries of what is named by the findings themselves.
const ENTRIES: &[&str] = &[
    "audio_environment.summary.ratios.silence",
    "audio_environment.summary.ratios.speech",
    "body_pose.summary.gestures.hand_raised",
    "emotion_detection.summary.ratios.happy",
    "emotion_detection.summary.ratios.neutral",
    "object_detection.summary.object_counts.person",
    "object_detection.summary.unique_tracks.person",
];

/// (field, the values that are just let pass, those that are just refused)
const LIMITS: &[(&str, &[f64], &[f64])] = &[
    ("age_estimation.segments.faces.age", &[0.0, 150.0], &[-1.0, 151.0]),
    ("audio_analysis.segments.pitch_hz", &[0.1], &[0.0]),
    ("audio_analysis.segments.rms_db", &[-120.0, 36.0], &[-120.1]),
    ("audio_analysis.summary.tempo_bpm", &[0.1], &[0.0]),
    ("color_analysis.segments.temperature_k", &[1700.0], &[0.0]),
    ("eye_tracking.segments.faces.gaze.pitch_deg", &[-90.0, 90.0], &[-90.5, 90.5]),
    ("eye_tracking.segments.faces.gaze.yaw_deg", &[-180.0, 180.0], &[-180.5, 180.5]),
    ("scene_segmentation.segments.shots", &[1.0], &[0.0]),
    ("speech_flow.summary.rhythm_npvi", &[0.0, 200.0], &[-0.1, 200.1]),
    ("speech_transcription.segments.words.end_time", &[0.0, 36_000.0], &[-0.001]),
    ("temporal_flow.segments.sentiment", &[-1.0, 1.0], &[-1.1, 1.1]),
];

/// (field, a list too short or too long, or of the wrong elements)
const BAD_LISTS: &[(&str, &str)] = &[
    ("audio_analysis.summary.beats", "[-0.5]"),
    ("audio_analysis.summary.beats", r#"["0.5"]"#),
    ("background_segmentation.segments.mask.counts", "[]"),
    ("background_segmentation.segments.mask.counts", "[3, -4]"),
    ("background_segmentation.segments.mask.counts", "[3, 4.5]"),
    ("background_segmentation.segments.mask.size", "[4]"),
    ("background_segmentation.segments.mask.size", "[4, 0]"),
    ("background_segmentation.segments.mask.size", "[4, 3, 1]"),
    ("body_pose.segments.people.keypoints", "[]"),
    ("body_pose.segments.people.keypoints", r#"[{"name": "nose", "x": 1, "y": 1, "confidence": 1}]"#),
    ("color_analysis.segments.dominant_colors", "[]"),
    ("cut_analysis.segments", "[null]"),
    ("cut_analysis.segments", "[[]]"),
];

fn names(fields: impl Iterator<Item = Field>) -> impl Iterator<Item = String> {
    fields.map(|field| field.name)
}

fn numbers() -> impl Iterator<Item = Field> {
    fields().into_iter().filter(|field| field.value.is_number())
}

#[test]
fn the_examples_pass() {
    assert_names(analyzers().flat_map(|analyzer| defects(&example(analyzer))), &[]);
}

#[test]
fn every_field_must_be_there_but_for_entries_by_name() {
    assert_names(names(fields().into_iter().filter(Field::may_be_missing)), ENTRIES);
}

#[test]
fn fields_may_be_added_later() {
    let more = fields().into_iter().filter(|field| field.value.is_object() && !field.may_have_more());
    // Where each name stands for a number, 1 is a number, too.
    assert_names(names(more), &[]);
}

#[test]
fn null_is_let_pass_where_something_may_be_unknown() {
    assert_names(names(fields().into_iter().filter(|field| field.may_be(Value::Null))), NULLABLE);
}

#[test]
fn a_value_of_another_kind_is_refused() {
    let another = |value: &Value| match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("true"),
        Value::Number(_) => json!("1"),
        Value::String(_) => json!(1),
        Value::Array(_) => json!({}),
        Value::Object(_) => json!([]),
    };
    assert_names(names(fields().into_iter().filter(|field| field.may_be(another(&field.value)))), &[]);
}

#[test]
fn scores_shares_and_amounts_are_one_at_most() {
    assert_names(names(numbers().filter(|field| !field.may_be(json!(2)))), AT_MOST_ONE);
    for name in AT_MOST_ONE {
        assert!(field(name).may_be(json!(1)), "{name} may be 1");
        assert!(field(name).may_be(json!(0)), "{name} may be 0");
        assert!(!field(name).may_be(json!(1.01)), "{name} may not be 1.01");
    }
}

#[test]
fn numbers_are_not_below_zero_but_for_those_that_have_a_sign() {
    assert_names(names(numbers().filter(|field| field.may_be(json!(-1)))), SIGNED);
}

#[test]
fn counts_and_identities_are_whole_numbers() {
    assert_names(names(numbers().filter(|field| !field.may_be(json!(0.5)))), WHOLE);
}

#[test]
fn numbers_keep_within_their_limits() {
    for (name, good, bad) in LIMITS {
        let field = field(name);
        good.iter().for_each(|&value| assert!(field.may_be(json!(value)), "{name} may be {value}"));
        bad.iter().for_each(|&value| assert!(!field.may_be(json!(value)), "{name} may not be {value}"));
    }
}

#[test]
fn lists_have_their_length_and_kind() {
    for (name, bad) in BAD_LISTS {
        let value: Value = serde_json::from_str(bad).expect("JSON");
        assert!(!field(name).may_be(value), "{name} may not be {bad}");
    }
}
