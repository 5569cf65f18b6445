//! Which part of the story a segment is. Pure; the rules stand in the README, one a line.

use serde::Serialize;

use crate::measures::Span;
use crate::opening::LONGEST_HOOK_S;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Hook,
    Introduction,
    Development,
    Climax,
    Resolution,
    CallToAction,
}

/// What is known of a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    pub span: Span,
    /// It calls the viewer to do something.
    pub calls: bool,
    /// Its beginning is made to catch.
    pub catches: bool,
    /// Its words close what was told.
    pub closes: bool,
    /// How much more happens than in the whole video, -1 to 1.
    pub intensity: Option<f64>,
}

/// A climax is so much more intense than the whole: some 3 dB louder and half as fast again.
const INTENSE: f64 = 0.25;
/// And so much more than any other part.
const ABOVE_OTHERS: f64 = 0.1;
/// A part that is so much below the whole winds down.
const CALM: f64 = -0.1;
/// A story with climax and resolution has so many parts, calls not counted.
const STORY: usize = 3;

pub fn roles(parts: &[Facts]) -> Vec<Role> {
    let story: Vec<usize> = (0..parts.len()).filter(|at| !parts[*at].calls).collect();
    let end_s = parts.last().map_or(0.0, |last| last.span.end_s);
    let mut roles: Vec<Role> =
        parts.iter().map(|part| if part.calls { Role::CallToAction } else { Role::Development }).collect();
    let (Some(&first), Some(&last)) = (story.first(), story.last()) else { return roles };
    if parts.len() == 1 {
        return roles;
    }
    let climax = if story.len() >= STORY { climax(parts, &story, end_s) } else { None };
    if story.len() >= STORY && climax != Some(last) {
        let calm = parts[last].intensity.is_some_and(|intensity| intensity <= CALM);
        if climax.is_some() || parts[last].closes || calm {
            roles[last] = Role::Resolution;
        }
    }
    if first == 0 {
        let hook = parts[0].catches && parts[0].span.end_s <= LONGEST_HOOK_S;
        roles[0] = if hook { Role::Hook } else { Role::Introduction };
        // What a hook leads to is introduced, if there is enough to come.
        let second = story.get(1).copied().filter(|second| parts[*second].span.start_s < end_s / 3.0);
        if let Some(second) = second.filter(|_| hook && story.len() > STORY) {
            roles[second] = Role::Introduction;
        }
    }
    if let Some(climax) = climax {
        roles[climax] = Role::Climax;
    }
    roles
}

/// The most intense part of the last two thirds, if it stands out.
fn climax(parts: &[Facts], story: &[usize], end_s: f64) -> Option<usize> {
    let intensity = |at: usize| parts[at].intensity.unwrap_or(f64::MIN);
    let late = story[1..].iter().copied().filter(|at| parts[*at].span.start_s >= end_s / 3.0);
    let most = late.max_by(|a, b| intensity(*a).total_cmp(&intensity(*b)))?;
    let others = story.iter().copied().filter(|at| *at != most).map(intensity).fold(f64::MIN, f64::max);
    (intensity(most) >= INTENSE && intensity(most) >= others + ABOVE_OTHERS).then_some(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{CallToAction, Climax, Development, Hook, Introduction, Resolution};

    /// Parts of 6 s each, told by letters: `c` calls, `!` catches, `.` closes, `^` is intense, `v` is calm, `-` is plain.
    fn told(parts: &str) -> Vec<Role> {
        let part = |(at, what): (usize, char)| Facts {
            span: Span { start_s: at as f64 * 6.0, end_s: at as f64 * 6.0 + 6.0 },
            calls: what == 'c',
            catches: what == '!',
            closes: what == '.',
            intensity: Some(match what {
                '^' => 0.6,
                'v' => -0.4,
                _ => 0.0,
            }),
        };
        roles(&parts.chars().enumerate().map(part).collect::<Vec<_>>())
    }

    #[test]
    fn a_whole_story_has_all_roles() {
        assert_eq!(
            told("!---^-c"),
            [Hook, Introduction, Development, Development, Climax, Resolution, CallToAction]
        );
    }

    #[test]
    fn what_is_in_one_piece_develops() {
        assert_eq!(told("-"), [Development]);
        assert_eq!(told("!"), [Development]);
        assert_eq!(told("c"), [CallToAction]);
        assert!(told("").is_empty());
    }

    #[test]
    fn a_short_story_has_neither_climax_nor_resolution() {
        assert_eq!(told("-^"), [Introduction, Development]);
        assert_eq!(told("!v"), [Hook, Development]);
        assert_eq!(told("-c"), [Introduction, CallToAction]);
    }

    #[test]
    fn a_climax_stands_out_and_comes_late() {
        assert_eq!(told("--^^"), [Introduction, Development, Development, Development], "two are as intense");
        assert_eq!(
            told("-^----"),
            [Introduction, Development, Development, Development, Development, Development]
        );
        assert_eq!(told("---^"), [Introduction, Development, Development, Climax]);
    }

    #[test]
    fn the_last_part_resolves_where_it_closes_or_winds_down() {
        assert_eq!(told("---"), [Introduction, Development, Development]);
        assert_eq!(told("--."), [Introduction, Development, Resolution]);
        assert_eq!(told("--vc"), [Introduction, Development, Resolution, CallToAction]);
    }

    #[test]
    fn a_long_beginning_is_no_hook() {
        let mut parts = [Facts {
            span: Span { start_s: 0.0, end_s: 9.0 },
            calls: false,
            catches: true,
            closes: false,
            intensity: None,
        }; 2];
        parts[1].span = Span { start_s: 9.0, end_s: 20.0 };
        assert_eq!(roles(&parts), [Introduction, Development]);
    }
}
