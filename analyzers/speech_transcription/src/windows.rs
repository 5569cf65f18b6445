//! Stretches of speech put together to windows that a model hears at once, and the way back from a window's time to
//! that of the recording.

use va_inference::audio::vad::{RATE, Stretch};

/// Samples that a window may have: 30 s.
pub const LONGEST: u64 = 30 * RATE as u64;
/// A window that is full ends with its longest pause beyond this part of it.
const FULL: u64 = LONGEST * 3 / 4;
/// A pause up to this stays as it is; a longer one is left out but for the margins.
const JOINED: u64 = RATE as u64;
/// What is kept of a pause that is left out, beside speech.
const MARGIN: u64 = RATE as u64 / 5;
/// Samples that are let go of at once.
const LET_GO: u64 = 10 * RATE as u64;

/// Sound that a model hears at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub samples: Vec<f32>,
    pieces: Vec<Piece>,
    stretches: Vec<Stretch>,
}

/// A part of a window that is as it was in the recording: first sample there, and in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    start: u64,
    end: u64,
    at: u64,
}

/// Takes a recording and its stretches of speech in order, and gives windows.
#[derive(Debug, Default)]
pub struct Packer {
    recording: Vec<f32>,
    /// The sample that `recording` begins with.
    base: u64,
    waiting: Vec<Stretch>,
}

impl Packer {
    pub fn hear(&mut self, samples: &[f32]) {
        self.recording.extend_from_slice(samples);
    }

    /// Samples of the recording so far.
    pub fn heard(&self) -> u64 {
        self.base + self.recording.len() as u64
    }

    /// Takes the next stretch of speech; a window that is full.
    pub fn add(&mut self, stretch: Stretch) -> Option<Window> {
        self.waiting.push(stretch);
        (length(&self.waiting) > LONGEST).then(|| self.window(full(&self.waiting)))
    }

    /// Ends the recording: what is left.
    pub fn finish(&mut self) -> Option<Window> {
        (!self.waiting.is_empty()).then(|| self.window(self.waiting.len()))
    }

    /// Lets go of what no window will need, where speech yet to come begins at `earliest` or later.
    pub fn let_go(&mut self, earliest: u64) {
        let needed = self.waiting.first().map_or(earliest, |first| first.start).saturating_sub(MARGIN);
        if needed >= self.base + LET_GO {
            let unneeded = ((needed - self.base) as usize).min(self.recording.len());
            self.recording.drain(..unneeded);
            self.base += unneeded as u64;
        }
    }

    fn window(&mut self, count: usize) -> Window {
        let stretches: Vec<Stretch> = self.waiting.drain(..count).collect();
        let mut window = Window { samples: Vec::new(), pieces: Vec::new(), stretches };
        for (start, end) in parts(&window.stretches) {
            let from = start.max(self.base);
            let to = end.min(self.heard());
            let at = window.samples.len() as u64;
            let place = |sample: u64| (sample - self.base) as usize;
            window.samples.extend_from_slice(&self.recording[place(from)..place(to.max(from))]);
            window.pieces.push(Piece { start: from, end: to.max(from), at });
        }
        window.samples.truncate(LONGEST as usize);
        window
    }
}

impl Window {
    /// A recording that fits into a window, as if all of it were speech.
    pub fn whole(samples: Vec<f32>) -> Self {
        let end = samples.len() as u64;
        let (pieces, stretches) = (vec![Piece { start: 0, end, at: 0 }], vec![Stretch { start: 0, end }]);
        Window { samples, pieces, stretches }
    }

    /// Seconds of speech.
    pub fn speech_s(&self) -> f64 {
        let samples: u64 = self.stretches.iter().map(|stretch| stretch.end - stretch.start).sum();
        samples as f64 / f64::from(RATE)
    }

    /// A span of a window in seconds of the recording, kept to where there was speech.
    pub fn span_s(&self, start_s: f64, end_s: f64) -> (f64, f64) {
        let sample = |seconds: f64| (seconds.max(0.0) * f64::from(RATE)).round() as u64;
        let start = self.recorded(sample(start_s), false);
        let end = self.recorded(sample(end_s), true).max(start);
        let (start, end) = self.spoken(start, end);
        (start as f64 / f64::from(RATE), end as f64 / f64::from(RATE))
    }

    /// The sample of the recording that a window's sample was. Where two parts meet it is the end of the first, or the
    /// start of the second.
    fn recorded(&self, at: u64, is_end: bool) -> u64 {
        let begun = |piece: &&Piece| if is_end { piece.at < at } else { piece.at <= at };
        let piece = self.pieces.iter().rev().find(begun).or(self.pieces.first());
        piece.map_or(at, |piece| (piece.start + at.saturating_sub(piece.at)).min(piece.end))
    }

    /// Attention reaches into pauses: a start in one moves on to the next speech, an end back to the last, as long as
    /// something is left.
    fn spoken(&self, start: u64, end: u64) -> (u64, u64) {
        let next = self.stretches.iter().find(|stretch| stretch.end > start).map(|stretch| stretch.start);
        let last = self.stretches.iter().rev().find(|stretch| stretch.start < end).map(|stretch| stretch.end);
        let (from, to) = (next.map_or(start, |next| next.max(start)), last.map_or(end, |last| last.min(end)));
        if from < to { (from, to) } else { (start, end) }
    }
}

/// Start and end of each part of the recording that a window of these stretches has.
fn parts(stretches: &[Stretch]) -> Vec<(u64, u64)> {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for stretch in stretches {
        let (start, end) = (stretch.start.saturating_sub(MARGIN), stretch.end + MARGIN);
        match parts.last_mut() {
            Some(last) if stretch.start <= last.1 - MARGIN + JOINED => last.1 = end,
            _ => parts.push((start, end)),
        }
    }
    parts
}

fn length(stretches: &[Stretch]) -> u64 {
    parts(stretches).iter().map(|(start, end)| end - start).sum()
}

/// How many of the stretches a full window has: up to the longest pause of its last quarter, or as many as it holds.
fn full(stretches: &[Stretch]) -> usize {
    let fits = |count: &usize| length(&stretches[..*count]) <= LONGEST;
    let most = (1..stretches.len()).rev().find(fits).unwrap_or(1);
    let pause = |count: usize| stretches[count].start.saturating_sub(stretches[count - 1].end);
    let late = (1..=most).filter(|count| length(&stretches[..*count]) >= FULL);
    late.max_by_key(|count| (pause(*count), *count)).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = RATE as u64;

    fn stretch(start_s: u64, end_s: u64) -> Stretch {
        Stretch { start: start_s * S, end: end_s * S }
    }

    fn packed(seconds: u64, stretches: &[Stretch]) -> Vec<Window> {
        let mut packer = Packer::default();
        // Each sample tells its own second.
        packer.hear(&(0..seconds * S).map(|sample| (sample / S) as f32).collect::<Vec<f32>>());
        let mut windows: Vec<Window> = stretches.iter().filter_map(|stretch| packer.add(*stretch)).collect();
        windows.extend(packer.finish());
        windows
    }

    #[test]
    fn a_long_pause_is_left_out_and_times_are_found_again() {
        let windows = packed(60, &[stretch(10, 12), stretch(40, 43)]);
        assert_eq!(windows.len(), 1);
        let window = &windows[0];
        assert_eq!(window.samples.len() as u64, 5 * S + 4 * MARGIN);
        assert_eq!(window.speech_s(), 5.0);
        assert_eq!(window.span_s(0.2, 1.2), (10.0, 11.0));
        // 2.4 s of the first part come first.
        assert_eq!(window.span_s(2.6, 3.6), (40.0, 41.0));
        assert_eq!(
            window.span_s(1.0, 2.6),
            (10.8, 12.0),
            "an end where the second part begins is one of the first"
        );
        assert_eq!(window.span_s(5.0, 30.0), (42.4, 43.0));
    }

    #[test]
    fn a_short_pause_stays() {
        let near = Stretch { start: 13 * S - S / 2, end: 14 * S };
        let windows = packed(20, &[stretch(10, 12), near]);
        assert_eq!(windows[0].samples.len() as u64, 4 * S + 2 * MARGIN);
        // From the pause on to the speech after it, and back to the speech before it.
        assert_eq!(windows[0].span_s(2.3, 3.0), (12.5, 12.8));
        assert_eq!(windows[0].span_s(1.2, 2.5), (11.0, 12.0));
    }

    #[test]
    fn a_full_window_ends_with_a_long_pause() {
        let stretches = [stretch(0, 10), stretch(11, 24), stretch(26, 27), stretch(28, 35), stretch(36, 44)];
        let windows = packed(50, &stretches);
        let speech: Vec<f64> = windows.iter().map(Window::speech_s).collect();
        assert_eq!(speech, [23.0, 16.0]);
        assert!(windows.iter().all(|window| window.samples.len() as u64 <= LONGEST));
    }

    #[test]
    fn lets_go_of_what_was_heard_and_keeps_what_is_needed() {
        let mut packer = Packer::default();
        packer.hear(&vec![1.0; 60 * S as usize]);
        packer.let_go(30 * S);
        assert_eq!((packer.base, packer.heard()), (30 * S - MARGIN, 60 * S));
        assert_eq!(packer.add(stretch(30, 32)), None);
        packer.let_go(55 * S);
        let window = packer.finish().expect("what is left");
        assert_eq!(window.samples.len() as u64, 2 * S + 2 * MARGIN);
        assert_eq!(window.span_s(0.2, 1.2), (30.0, 31.0));
    }
}
