//! Which words there are, and which fields are open to any.

use serde_json::{Value, json};

use crate::example::{assert_names, field, fields, schema};

const TRANSITIONS: &[&str] = &["cut", "dissolve", "fade_in", "fade_out", "wipe"];
const MOVEMENTS: &[&str] = &[
    "static",
    "pan_left",
    "pan_right",
    "tilt_up",
    "tilt_down",
    "zoom_in",
    "zoom_out",
    "roll_cw",
    "roll_ccw",
    "shake",
];
const POSITIONS: &[&str] = &[
    "top-left",
    "top-center",
    "top-right",
    "middle-left",
    "middle-center",
    "middle-right",
    "bottom-left",
    "bottom-center",
    "bottom-right",
];
const ROLES: &[&str] = &["hook", "introduction", "development", "climax", "resolution", "call_to_action"];
const KEYPOINTS: &[&str] = &[
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
];

const EMOTIONS: &[&str] = &["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

/// (field, the words that it may be, and no others)
const WORDS: &[(&str, &[&str])] = &[
    ("age_estimation.segments.faces.gender", &["female", "male"]),
    ("age_estimation.summary.people.gender", &["female", "male"]),
    ("body_pose.segments.people.keypoints.name", KEYPOINTS),
    ("camera_analysis.segments.movement", MOVEMENTS),
    ("camera_analysis.summary.dominant_movement", MOVEMENTS),
    ("color_analysis.segments.temperature", &["warm", "neutral", "cool"]),
    ("color_analysis.summary.temperature", &["warm", "neutral", "cool"]),
    ("cut_analysis.segments.transition", TRANSITIONS),
    ("emotion_detection.segments.faces.emotion", EMOTIONS),
    ("emotion_detection.summary.dominant_emotion", EMOTIONS),
    ("eye_tracking.segments.faces.target", &["camera", "left", "right", "up", "down"]),
    ("object_detection.segments.objects.position", POSITIONS),
    ("scene_segmentation.segments.transition_in", TRANSITIONS),
    ("speech_flow.segments.kind", &["speech", "pause", "emphasis"]),
    ("temporal_flow.segments.role", ROLES),
    ("text_overlay.segments.kind", &["subtitle", "overlay", "scene"]),
];

/// Words near to those that there are.
const OTHERS: &[&str] = &[
    "Male",
    "woman",
    "neck",
    "pan",
    "Static",
    "dolly_in",
    "hot",
    "fade",
    "Cut",
    "away",
    "center",
    "top",
    "top_left",
    "center-middle",
    "none",
    "silence",
    "intro",
    "outro",
    "cta",
    "caption",
    "subtitles",
    "null",
    "anger",
    "surprised",
];

const COLORS: &[&str] = &["#00ff7f"];
const NO_COLORS: &[&str] = &["00ff7f", "#0f7", "#00FF7F", "#00ff7f80"];
const KEYS: &[&str] = &["C major", "C# major", "A minor", "F# minor", "B minor"];
const NO_KEYS: &[&str] = &["Am", "Bb major", "E# minor", "B# major", "H minor", "A minor "];
const LANGUAGES: &[&str] = &["en", "haw", "pt-BR", "zh-Hant"];
const NO_LANGUAGES: &[&str] = &["English", "EN", "e", "en_US", "en-"];

/// (field, some that have its form, some that have not)
const FORMS: &[(&str, &[&str], &[&str])] = &[
    ("audio_analysis.summary.key", KEYS, NO_KEYS),
    ("color_analysis.segments.dominant_colors.hex", COLORS, NO_COLORS),
    ("color_analysis.summary.dominant_colors.hex", COLORS, NO_COLORS),
    ("speech_transcription.segments.language", LANGUAGES, NO_LANGUAGES),
    ("speech_transcription.summary.language", LANGUAGES, NO_LANGUAGES),
];

/// Text that may be anything: what is said, read or described, and names of a model's own.
const OPEN: &[&str] = &[
    "audio_environment.segments.label",
    "audio_environment.summary.environment",
    "background_segmentation.segments.classes.name",
    "background_segmentation.segments.mask.counts",
    "background_segmentation.segments.scene",
    "background_segmentation.summary.scene",
    "body_pose.segments.people.gesture",
    "color_analysis.segments.dominant_colors.name",
    "color_analysis.segments.mood",
    "color_analysis.summary.dominant_colors.name",
    "color_analysis.summary.mood",
    "object_detection.segments.objects.object_class",
    "qwen2_vl_temporal.segments.description",
    "qwen2_vl_temporal.summary.description",
    "speech_emotion.segments.emotion",
    "speech_emotion.summary.dominant_emotion",
    "speech_flow.segments.word",
    "speech_transcription.segments.text",
    "speech_transcription.segments.words.word",
    "speech_transcription.summary.text",
    "temporal_flow.segments.summary",
    "temporal_flow.summary.pace",
    "temporal_flow.summary.story_arc",
    "text_overlay.segments.text",
    "text_overlay.summary.full_text",
];

/// Text that may be empty: that of a video that has none.
const EMPTY: &[&str] = &["speech_transcription.summary.text", "text_overlay.summary.full_text"];

fn texts_that_may_be(text: &str) -> Vec<String> {
    let texts = fields().into_iter().filter(|field| field.value.is_string());
    texts.filter(|field| field.may_be(json!(text))).map(|field| field.name).collect()
}

/// All words of all enumerations within a schema.
fn enumerated(schema: &Value) -> Vec<&str> {
    match schema {
        Value::Object(fields) => {
            let own =
                fields.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            own.chain(fields.values().flat_map(enumerated)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(enumerated).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn enumerations_have_their_words_and_no_others() {
    let known = enumerated(schema());
    for (name, words) in WORDS {
        let field = field(name);
        let all = known.iter().chain(*words).chain(OTHERS);
        assert_names(all.filter(|word| field.may_be(json!(word))), words);
    }
}

#[test]
fn forms_are_kept() {
    for (name, good, bad) in FORMS {
        let field = field(name);
        good.iter().for_each(|text| assert!(field.may_be(json!(text)), "{name} may be {text}"));
        bad.iter().for_each(|text| assert!(!field.may_be(json!(text)), "{name} may not be {text}"));
    }
}

#[test]
fn a_text_is_open_or_one_of_these_tables_has_it() {
    assert_names(texts_that_may_be("Something else, 42"), OPEN);
    let all = fields().into_iter().filter(|field| field.value.is_string()).map(|field| field.name);
    let closed = WORDS.iter().map(|(name, _)| *name).chain(FORMS.iter().map(|(name, ..)| *name));
    assert_names(all, &closed.chain(OPEN.iter().copied()).collect::<Vec<_>>());
}

#[test]
fn a_text_says_something_where_there_is_one() {
    assert_names(texts_that_may_be(""), EMPTY);
}
