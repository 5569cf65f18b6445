//! What a detector finds, into the words and units of findings.

use va_inference::detect::Detection;
use va_inference::geometry::Rect;

/// Detections of a frame of size `frame` in the pixels of the source frame; what lies outside is cut off.
pub fn in_source(found: &[Detection], frame: (f32, f32), source: (f32, f32)) -> Vec<Detection> {
    let (across, down) = (source.0 / frame.0, source.1 / frame.1);
    let there = |object: &Detection| Detection {
        rect: object.rect.scaled(across, down).clipped(source.0, source.1),
        ..*object
    };
    found.iter().map(there).filter(|object| !object.rect.is_empty()).collect()
}

/// The ninth of the picture that the middle of a box lies in.
pub fn position(rect: &Rect, (width, height): (f32, f32)) -> &'static str {
    let [x, y] = rect.centre();
    let third = |at: f32, length: f32| ((at * 3.0 / length) as usize).min(2);
    [
        ["top-left", "top-center", "top-right"],
        ["middle-left", "middle-center", "middle-right"],
        ["bottom-left", "bottom-center", "bottom-right"],
    ][third(y, height)][third(x, width)]
}

/// Names of classes out of what Ultralytics writes into a file under `names`: a Python dictionary as text, such as
/// `{0: 'person', 1: "driver's cab"}`. `None` where it is none, or where its numbers are not 0, 1, 2 and so on.
pub fn names_of(text: &str) -> Option<Vec<String>> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim_start();
    let mut names = Vec::new();
    while !rest.is_empty() {
        let (number, after) = rest.split_once(':')?;
        if number.trim().parse() != Ok(names.len()) {
            return None;
        }
        let (name, after) = quoted(after.trim_start())?;
        names.push(name);
        rest = match after.trim_start() {
            "" => "",
            after => after.strip_prefix(',')?.trim_start(),
        };
    }
    (!names.is_empty()).then_some(names)
}

/// A Python string at the start of a text, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut letters = text.char_indices();
    let (_, quote) = letters.next().filter(|(_, letter)| matches!(letter, '\'' | '"'))?;
    let mut name = String::new();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.push(letters.next()?.1),
            letter if letter == quote => return Some((name, &text[at + letter.len_utf8()..])),
            letter => name.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_scaled_to_the_source_and_cut_at_its_edge() {
        let at = |rect| Detection { rect, score: 0.5, class: 0 };
        let found = [at(Rect::new(-5.0, 10.0, 50.0, 400.0)), at(Rect::new(700.0, 0.0, 710.0, 9.0))];
        let found = in_source(&found, (640.0, 360.0), (1920.0, 1080.0));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rect, Rect::new(0.0, 30.0, 150.0, 1080.0));
    }

    #[test]
    fn the_position_is_that_of_the_middle() {
        let at = |x, y| position(&Rect::of_centre(x, y, 10.0, 10.0), (90.0, 60.0));
        assert_eq!([at(5.0, 5.0), at(45.0, 5.0), at(89.0, 5.0)], ["top-left", "top-center", "top-right"]);
        assert_eq!([at(5.0, 30.0), at(30.0, 30.0)], ["middle-left", "middle-center"]);
        assert_eq!([at(29.9, 59.0), at(90.0, 60.0)], ["bottom-left", "bottom-right"]);
    }

    #[test]
    fn reads_names_with_either_quote() {
        let names = names_of(r#"{0: 'person', 1: "driver's cab", 2: 'a, b: c', 3: 'it\'s'}"#);
        assert_eq!(names.expect("a dictionary"), ["person", "driver's cab", "a, b: c", "it's"]);
        for wrong in ["", "{}", "['a']", "{1: 'a'}", "{0: 'a' 1: 'b'}", "{0: 'a", "{0: a}", "{0: 'a}"] {
            assert_eq!(names_of(wrong), None, "{wrong:?}");
        }
    }
}
