//! The persons that object_detection found in a frame.

use serde::Deserialize;
use va_analyzer_sdk::{Frame, Result};
use va_inference::findings::BoundingBox;

/// The analyzer that finds them.
pub const DETECTOR: &str = "object_detection";
const PERSON: &str = "person";

/// A person in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    pub bounding_box: BoundingBox,
    pub track_id: Option<u32>,
}

/// What we read of a segment of object_detection.
#[derive(Deserialize)]
struct Seen {
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    object_class: String,
    bounding_box: BoundingBox,
    track_id: Option<u32>,
}

/// `None` where object_detection did not look at the frame.
///
/// # Errors
/// Where its findings are not as we know them.
pub fn of_frame(frame: &Frame<'_>) -> Result<Option<Vec<Person>>> {
    let Some(other) = frame.findings.iter().find(|other| other.analyzer == DETECTOR) else { return Ok(None) };
    let segments: Vec<Seen> = other.read()?;
    let objects = segments.into_iter().flat_map(|segment| segment.objects);
    let people = objects.filter(|object| object.object_class == PERSON);
    Ok(Some(people.map(|Object { bounding_box, track_id, .. }| Person { bounding_box, track_id }).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_analyzer_sdk::{OtherFindings, PixelFormat};

    fn read(findings: &[OtherFindings<'_>]) -> Result<Option<Vec<Person>>> {
        let format = PixelFormat::Rgb8;
        of_frame(&Frame { index: 0, timestamp_s: 0.0, width: 1, height: 1, format, data: &[0; 3], findings })
    }

    #[test]
    fn takes_the_persons_among_the_objects() {
        let json = r#"[{"timestamp": 0.4, "objects": [
            {"object_class": "dog", "confidence_score": 0.9, "bounding_box": {"x": 1, "y": 2, "width": 3, "height": 4},
             "position": "top-left", "track_id": 4},
            {"object_class": "person", "confidence_score": 0.5, "bounding_box": {"x": 5.5, "y": 6, "width": 7, "height": 8},
             "position": "top-left", "track_id": null}]}]"#;
        let people = read(&[OtherFindings { analyzer: "object_detection", json }]).expect("readable");
        let bounding_box = BoundingBox { x: 5.5, y: 6.0, width: 7.0, height: 8.0 };
        assert_eq!(people, Some(vec![Person { bounding_box, track_id: None }]));
    }

    #[test]
    fn nobody_there_is_not_the_same_as_not_looked_at() {
        let nothing = OtherFindings { analyzer: "object_detection", json: "[]" };
        assert_eq!(read(&[nothing]).expect("readable"), Some(vec![]));
        let other = OtherFindings { analyzer: "face_detection", json: "[]" };
        assert_eq!(read(&[other]).expect("not read"), None);
        let wrong = OtherFindings { analyzer: "object_detection", json: r#"[{"things": []}]"# };
        assert!(read(&[wrong]).expect_err("refused").to_string().contains("object_detection"));
    }
}
