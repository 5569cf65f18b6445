//! A summary of any analyzer as a few short lines: its shape is the analyzer's own business.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::quantity::number;
use super::text::clean;

/// Items of a list that are shown.
const SHOWN_ITEMS: usize = 5;
/// What stands before a colour's code where a sample of it can be shown.
pub(super) const SAMPLE: char = '■';

/// JSON whose members keep their order: the author put what matters first.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i128),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// One line or, for a list of objects, one for each of the first items.
    pub(super) fn lines(&self, samples: bool) -> Vec<String> {
        match self {
            Json::List(items) if items.iter().any(|item| matches!(item, Json::Object(_))) => {
                let mut lines: Vec<String> =
                    items.iter().take(SHOWN_ITEMS).map(|item| item.in_a_line(samples)).collect();
                if items.len() > SHOWN_ITEMS {
                    lines.push(format!("… {} in all", items.len()));
                }
                lines
            }
            other => vec![other.in_a_line(samples)],
        }
    }

    fn in_a_line(&self, samples: bool) -> String {
        match self {
            Json::Null => "–".to_owned(),
            Json::Bool(true) => "yes".to_owned(),
            Json::Bool(false) => "no".to_owned(),
            Json::Integer(value) => value.to_string(),
            Json::Number(value) => number(*value),
            Json::Text(text) if samples && colour_code(text).is_some() => format!("{SAMPLE} {text}"),
            // Line ends of a caption are mere spaces here.
            Json::Text(text) => clean(&text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Json::List(items) if items.is_empty() => "none".to_owned(),
            Json::List(items) => {
                let shown = items.iter().take(SHOWN_ITEMS).map(|item| item.in_a_line(samples));
                let mut line = shown.collect::<Vec<_>>().join(", ");
                if items.len() > SHOWN_ITEMS {
                    line.push_str(&format!(", … ({} in all)", items.len()));
                }
                line
            }
            Json::Object(members) if members.is_empty() => "none".to_owned(),
            Json::Object(members) => {
                let member = |(key, value): &(String, Json)| match value {
                    Json::List(_) | Json::Object(_) => {
                        format!("{}=({})", clean(key), value.in_a_line(samples))
                    }
                    _ => format!("{}={}", clean(key), value.in_a_line(samples)),
                };
                members.iter().map(member).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// `#rrggbb`.
pub(super) fn colour_code(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        serde_json::from_str::<Json>(text).expect("JSON").lines(false)
    }

    #[test]
    fn values_are_told_in_short() {
        assert_eq!(lines("null"), ["–"]);
        assert_eq!(lines("true"), ["yes"]);
        assert_eq!(lines("18446744073709551615"), ["18446744073709551615"]);
        assert_eq!(lines("119.84375"), ["119.8"]);
        assert_eq!(lines(r#""two\nlines\u0007""#), ["two lines\\u{7}"]);
        assert_eq!(lines("[]"), ["none"]);
        assert_eq!(lines("[0.5, 1.25, 2, 3, 4, 5, 6]"), ["0.5, 1.25, 2, 3, 4, … (7 in all)"]);
    }

    #[test]
    fn members_keep_the_order_of_their_author() {
        assert_eq!(lines(r#"{"z": 1, "a": {"y": 2, "x": [1, 2]}}"#), ["z=1, a=(y=2, x=(1, 2))"]);
    }

    #[test]
    fn a_list_of_objects_has_a_line_for_each() {
        assert_eq!(
            lines(r##"[{"hex": "#1a1b2c", "ratio": 0.5}, {"hex": "#ffffff"}]"##),
            ["hex=#1a1b2c, ratio=0.5", "hex=#ffffff"]
        );
        assert_eq!(
            lines(r#"[{"a":1},{"a":2},{"a":3},{"a":4},{"a":5},{"a":6}]"#).last().map(String::as_str),
            Some("… 6 in all")
        );
    }

    #[test]
    fn a_colour_may_have_a_sample() {
        let json: Json = serde_json::from_str(r##"["#1a1b2c", "#1a1b", "grey"]"##).expect("JSON");
        assert_eq!(json.lines(true), ["■ #1a1b2c, #1a1b, grey"]);
        assert_eq!(colour_code("#ff8000"), Some([255, 128, 0]));
        assert_eq!(colour_code("#ff80é"), None);
    }
}
