//! From lines that stood for some time to captions: what was lost for a moment is one again, lines that came and went
//! together are one text.

use va_inference::geometry::Rect;

use crate::reading::{bare, grown, same};
use crate::text::{Behaviour, Text};

/// A text that comes back within this time is the same one.
const GAP_S: f64 = 1.2;
/// A part that is followed by the whole stood no longer than this: it was being typed, or slid in.
const PART_S: f64 = 1.5;
/// Letters, and confidence, of a text that only one frame showed.
const GLIMPSE_LETTERS: usize = 4;
const GLIMPSE_SURE: f32 = 0.9;

/// A text as it is told: one or more lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    pub start_s: f64,
    pub end_s: f64,
    pub text: String,
    pub confidence: f32,
    /// Pixels of the frames that came.
    pub rect: Rect,
    /// The height of its lines.
    pub line_height: f32,
    pub behaviour: Behaviour,
}

/// All captions in the order in which they appear, from the top. `step_s` is the time between two frames.
pub fn captions(texts: Vec<Text>, step_s: f64) -> Vec<Caption> {
    let mut lines = without_copies(joined_in_time(texts));
    lines.retain(|line| is_more_than_a_glimpse(line, step_s));
    let mut groups = groups(&lines, step_s);
    groups.retain(|group| !is_a_lone_sign(group, step_s));
    let mut captions: Vec<Caption> = groups.iter().map(|group| caption(group)).collect();
    captions.sort_by(|a, b| a.start_s.total_cmp(&b.start_s).then(a.rect.top.total_cmp(&b.rect.top)));
    captions
}

fn end(text: &Text) -> f64 {
    text.end_s.unwrap_or(text.start_s)
}

/// A text that was lost and found again is one; a part that became the whole is, too.
fn joined_in_time(mut texts: Vec<Text>) -> Vec<Text> {
    texts.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    let mut joined: Vec<Text> = Vec::new();
    for text in texts {
        let last = (0..joined.len()).rev().find(|&i| follows(&joined[i], &text));
        match last.filter(|&i| !others_between(&joined, i, &text)) {
            Some(i) => join(&mut joined[i], text),
            None => joined.push(text),
        }
    }
    joined
}

fn follows(earlier: &Text, text: &Text) -> bool {
    let (Some(before), Some(now)) = (earlier.best(), text.best()) else { return false };
    if text.start_s > end(earlier) + GAP_S || !earlier.meets(&text.rect) {
        return false;
    }
    let short = |text: &Text| end(text) - text.start_s <= PART_S;
    same(before, now)
        || (short(earlier) && grown(&before.text, &now.text))
        || (short(text) && grown(&now.text, &before.text))
}

/// Whether another text stood there in the meantime: what comes back after it is told again.
fn others_between(joined: &[Text], i: usize, text: &Text) -> bool {
    let gap = end(&joined[i])..text.start_s;
    joined.iter().any(|other| !gap.is_empty() && gap.contains(&other.start_s) && other.meets(&text.rect))
}

/// What both said counts; where one is a part, the whole alone.
fn join(earlier: &mut Text, text: Text) {
    let (before, now) = (earlier.best().cloned(), text.best().cloned());
    let (Some(before), Some(now)) = (before, now) else { return };
    earlier.end_s = Some(end(earlier).max(end(&text)));
    earlier.behaviour.add(text.behaviour);
    if same(&before, &now) {
        if now.confidence > before.confidence {
            earlier.rect = text.rect;
        }
        earlier.readings.extend(text.readings);
    } else if grown(&before.text, &now.text) {
        (earlier.rect, earlier.readings) = (text.rect, text.readings);
    }
}

/// Drops what another line, there at the same time and place, says better.
fn without_copies(mut lines: Vec<Text>) -> Vec<Text> {
    lines.sort_by(|a, b| b.rect.width().total_cmp(&a.rect.width()));
    let mut kept: Vec<Text> = Vec::new();
    for line in lines {
        let is_copy = kept.iter().any(|other| {
            let both = end(&line).min(end(other)) - line.start_s.max(other.start_s);
            both >= 0.6 * (end(&line) - line.start_s) && line.rect.share_in(&other.rect) > 0.7
        });
        if !is_copy {
            kept.push(line);
        }
    }
    kept
}

/// Lines that came and went together and lie together, each group from the top, in reading order.
fn groups(lines: &[Text], step_s: f64) -> Vec<Vec<&Text>> {
    let mut group: Vec<usize> = (0..lines.len()).collect();
    for i in 0..lines.len() {
        for j in 0..i {
            if at_once(&lines[i], &lines[j], 1.5 * step_s) && belong(&lines[i].rect, &lines[j].rect) {
                let (from, to) = (group[i], group[j]);
                group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
            }
        }
    }
    let of =
        |number: usize| lines.iter().zip(&group).filter(move |(_, of)| **of == number).map(|(line, _)| line);
    (0..lines.len()).map(|number| in_reading_order(of(number).collect())).filter(|g| !g.is_empty()).collect()
}

/// What was there in a single frame only may have been read into a pattern: it must be a word or have the style of a
/// caption, and be read for sure.
fn is_more_than_a_glimpse(line: &Text, step_s: f64) -> bool {
    let Some(best) = line.best() else { return false };
    let word = signs(line) >= GLIMPSE_LETTERS || line.behaviour.styled > 0;
    !is_glimpse(line, step_s) || (word && best.confidence >= GLIMPSE_SURE)
}

/// A single sign in a single frame, with nothing beside it: no style makes a text of it.
fn is_a_lone_sign(group: &[&Text], step_s: f64) -> bool {
    matches!(group, [line] if signs(line) < 2 && is_glimpse(line, step_s))
}

fn is_glimpse(line: &Text, step_s: f64) -> bool {
    end(line) - line.start_s <= 1.5 * step_s
}

fn signs(line: &Text) -> usize {
    line.best().map_or(0, |best| bare(&best.text).chars().count())
}

fn at_once(one: &Text, other: &Text, slack_s: f64) -> bool {
    (one.start_s - other.start_s).abs() <= slack_s && (end(one) - end(other)).abs() <= slack_s
}

/// Side by side with less than a letter or so between, or one close above the other.
fn belong(one: &Rect, other: &Rect) -> bool {
    let (low, high) = (one.height().min(other.height()), one.height().max(other.height()));
    let beside = one.left.max(other.left) - one.right.min(other.right);
    let between = one.top.max(other.top) - one.bottom.min(other.bottom);
    let narrow = one.width().min(other.width());
    let on_one_line = between < -0.5 * low && beside < 1.2 * low && high < 1.6 * low;
    let one_above = between < 0.8 * low && beside < -0.3 * narrow && high < 2.2 * low;
    on_one_line || one_above
}

fn in_reading_order(mut lines: Vec<&Text>) -> Vec<&Text> {
    lines.sort_by(|a, b| a.rect.top.total_cmp(&b.rect.top));
    let mut ordered: Vec<&Text> = Vec::new();
    while let Some(first) = lines.first().copied() {
        let middle = first.rect.centre()[1];
        let (mut row, rest): (Vec<&Text>, Vec<&Text>) =
            lines.into_iter().partition(|line| line.rect.top <= middle && middle < line.rect.bottom);
        row.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
        ordered.append(&mut row);
        lines = rest;
    }
    ordered
}

fn caption(lines: &[&Text]) -> Caption {
    let best = || lines.iter().filter_map(|line| line.best());
    let letters = |text: &str| bare(text).chars().count().max(1) as f32;
    let weight: f32 = best().map(|reading| letters(&reading.text)).sum();
    let sure: f32 = best().map(|reading| reading.confidence * letters(&reading.text)).sum();
    let heights = lines.iter().map(|line| line.rect.height());
    Caption {
        start_s: lines.iter().map(|line| line.start_s).fold(f64::INFINITY, f64::min),
        end_s: lines.iter().map(|line| end(line)).fold(0.0, f64::max),
        text: best().map(|reading| reading.text.as_str()).collect::<Vec<_>>().join(" "),
        confidence: sure / weight.max(1.0),
        rect: lines.iter().skip(1).fold(lines[0].rect, |all, line| all.union(&line.rect)),
        line_height: heights.clone().sum::<f32>() / heights.count() as f32,
        behaviour: behaviour(lines),
    }
}

/// Of all lines: how they moved as the one that moved most; their style by their letters.
fn behaviour(lines: &[&Text]) -> Behaviour {
    let mut all = Behaviour::default();
    for line in lines {
        let letters = line.best().map_or(0, |reading| bare(&reading.text).chars().count() as u32);
        let told = line.behaviour;
        all.still = all.still.max(told.still);
        all.moved = all.moved.max(told.moved);
        all.styled += if told.styled > 0 && 2 * told.styled >= told.judged { letters } else { 0 };
        all.judged += letters;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::{Patch, Plane};
    use crate::recogniser::Reading;

    fn line(text: &str, start_s: f64, end_s: f64, rect: (f32, f32, f32, f32)) -> Text {
        let plane = Plane { width: 32, height: 32, luma: vec![0; 1024] };
        let patch = Patch::of(&plane, &Rect::new(4.0, 4.0, 20.0, 20.0)).expect("inside");
        let reading = Reading { text: text.to_owned(), confidence: 0.9 };
        let rect = Rect::of_size(rect.0, rect.1, rect.2, rect.3);
        Text { end_s: Some(end_s), ..Text::new(start_s, rect, patch, reading) }
    }

    fn told(lines: Vec<Text>) -> Vec<(String, f64, f64)> {
        captions(lines, 0.4)
            .into_iter()
            .map(|caption| (caption.text, caption.start_s, caption.end_s))
            .collect()
    }

    #[test]
    fn lines_of_one_caption_are_one_text_from_the_top_and_the_left() {
        let lines = vec![
            line("second line", 1.0, 3.0, (110.0, 132.0, 180.0, 28.0)),
            line("line", 1.0, 3.0, (210.0, 101.0, 90.0, 28.0)),
            line("first", 1.4, 3.0, (100.0, 100.0, 90.0, 28.0)),
        ];
        assert_eq!(told(lines), [("first line second line".to_owned(), 1.0, 3.0)]);
    }

    #[test]
    fn what_lies_apart_or_comes_at_another_time_stays_apart() {
        let lines = vec![
            line("title", 0.0, 9.0, (100.0, 20.0, 90.0, 28.0)),
            line("one", 1.0, 3.0, (100.0, 100.0, 90.0, 28.0)),
            line("two", 3.0, 5.0, (100.0, 132.0, 90.0, 28.0)),
            line("far", 1.0, 3.0, (600.0, 100.0, 90.0, 28.0)),
        ];
        assert_eq!(told(lines).len(), 4);
    }

    #[test]
    fn a_text_lost_for_a_moment_is_one_with_its_best_reading() {
        let place = (100.0, 100.0, 200.0, 28.0);
        let mut surer = line("SUBSCRIBE", 2.4, 4.0, place);
        surer.readings[0].confidence = 0.99;
        let found = told(vec![line("SUBSCR1BE", 1.0, 2.0, place), surer, line("SUBSCRIBE", 9.0, 9.9, place)]);
        assert_eq!(found, [("SUBSCRIBE".to_owned(), 1.0, 4.0), ("SUBSCRIBE".to_owned(), 9.0, 9.9)]);
    }

    /// A blossom in the grass is a white N.
    #[test]
    fn a_single_sign_in_a_single_frame_is_none_whatever_its_style() {
        let glimpse = |text: &str, end_s: f64| {
            let mut line = line(text, 2.4, end_s, (100.0, 100.0, 40.0, 28.0));
            line.behaviour.styled = 1;
            line.readings[0].confidence = 0.97;
            told(vec![line]).len()
        };
        assert_eq!((glimpse("N", 2.8), glimpse("N", 3.6), glimpse("N3", 2.8)), (0, 1, 1));
    }

    #[test]
    fn a_typed_text_is_told_once_and_whole() {
        let lines = vec![
            line("Three", 1.0, 1.4, (100.0, 100.0, 80.0, 28.0)),
            line("Three things", 1.4, 1.8, (100.0, 100.0, 160.0, 28.0)),
            line("Three things to know", 1.8, 4.0, (100.0, 100.0, 260.0, 28.0)),
        ];
        assert_eq!(told(lines), [("Three things to know".to_owned(), 1.0, 4.0)]);
    }

    #[test]
    fn captions_that_follow_each_other_in_one_place_are_apart() {
        let place = (100.0, 100.0, 200.0, 28.0);
        let lines = vec![line("What a day", 1.0, 2.0, place), line("it has been", 2.0, 3.0, place)];
        assert_eq!(told(lines).len(), 2);
    }

    #[test]
    fn a_part_within_a_line_is_a_copy() {
        let lines = vec![
            line("JULY 14, 2015", 1.0, 4.0, (100.0, 100.0, 200.0, 28.0)),
            line("2015", 1.5, 4.0, (220.0, 100.0, 78.0, 28.0)),
        ];
        assert_eq!(told(lines), [("JULY 14, 2015".to_owned(), 1.0, 4.0)]);
    }
}
