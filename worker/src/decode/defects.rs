//! Whether a file is whole. FFmpeg ends a cut file in a plain end of file, conceals broken frames and steps over what it
//! cannot read; what it promised, what it flagged and where nothing came tell. Pure.

use std::collections::BTreeSet;

use ffmpeg_next as ffmpeg;

/// Why nothing more was decoded.
pub(super) const OUT_OF_MEMORY: &str =
    "decoding it takes more memory than a decoder may have: raise jobs.decoder_memory_mib, or free memory";

/// What the container says it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Promised {
    /// Of all streams together, from the first that begins to the last that ends.
    pub(super) container_s: Option<f64>,
    /// Of the picture alone.
    pub(super) picture_s: Option<f64>,
    pub(super) frames: Option<u64>,
}

/// What was seen while reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Evidence {
    pub(super) span: Span,
    pub(super) holes: Holes,
    pub(super) read_errors: u64,
    pub(super) corrupt_packets: u64,
    /// Packets that the decoder refused.
    pub(super) refused_packets: u64,
    /// Frames that came out with errors flagged.
    pub(super) corrupt_frames: u64,
    /// Memory did not suffice: nothing more came out.
    pub(super) out_of_memory: bool,
}

/// What the packets of all streams cover, in the container's time, seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Span(Option<(f64, f64)>);

impl Span {
    pub(super) fn covers(&mut self, start_s: f64, end_s: f64) {
        let (first_s, last_s) = self.0.unwrap_or((start_s, end_s));
        self.0 = Some((first_s.min(start_s), last_s.max(end_s)));
    }

    fn seconds(self) -> f64 {
        self.0.map_or(0.0, |(first_s, last_s)| last_s - first_s)
    }
}

/// Stretches of which neither sound nor picture came. Sound has no pauses in a file, silence is written too; pictures
/// have, where nothing moves. So a hole is that part of a pause in the sound in which no picture begins either.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Holes {
    heard_to_s: Option<f64>,
    pauses: Vec<(f64, f64)>,
    /// The slots of time that a picture begins in.
    pictures: BTreeSet<i64>,
}

impl Holes {
    const LEAST_S: f64 = 0.5;
    const SLOTS_PER_S: f64 = 20.0;
    /// A file of more than these is damaged beyond counting.
    const MOST: usize = 1000;

    pub(super) fn heard(&mut self, start_s: f64, end_s: f64) {
        if let Some(before_s) = self.heard_to_s
            && start_s - before_s > Self::LEAST_S
            && self.pauses.len() < Self::MOST
        {
            self.pauses.push((before_s, start_s));
        }
        self.heard_to_s = Some(self.heard_to_s.map_or(end_s, |before_s| before_s.max(end_s)));
    }

    pub(super) fn seen(&mut self, start_s: f64) {
        self.pictures.insert((start_s * Self::SLOTS_PER_S).floor() as i64);
    }

    /// How many there are, and where the first is; of files without pictures every pause.
    fn found(&self) -> Option<(usize, (f64, f64))> {
        let mut holes = self.pauses.iter().flat_map(|pause| self.empty(*pause));
        let first = holes.next()?;
        Some((1 + holes.count(), first))
    }

    fn empty(&self, (from_s, to_s): (f64, f64)) -> Vec<(f64, f64)> {
        let slots = |time_s: f64| (time_s * Self::SLOTS_PER_S).floor() as i64;
        let seen =
            self.pictures.range(slots(from_s)..=slots(to_s)).map(|slot| *slot as f64 / Self::SLOTS_PER_S);
        let ends: Vec<f64> = std::iter::once(from_s).chain(seen).chain([to_s]).collect();
        ends.windows(2)
            .map(|ends| (ends[0], ends[1]))
            .filter(|(from_s, to_s)| to_s - from_s > Self::LEAST_S)
            .collect()
    }
}

impl Evidence {
    pub(super) fn take(&mut self, other: Evidence) {
        self.read_errors += other.read_errors;
        self.corrupt_packets += other.corrupt_packets;
        self.refused_packets += other.refused_packets;
        self.corrupt_frames += other.corrupt_frames;
        self.out_of_memory |= other.out_of_memory;
    }

    /// The decoder refused a packet.
    pub(super) fn refused(&mut self, error: ffmpeg::Error) {
        self.refused_packets += u64::from(!self.gives_nothing(error));
    }

    /// The decoder gives no frame now, mostly since it wants another packet first. Whether memory is why.
    pub(super) fn gives_nothing(&mut self, error: ffmpeg::Error) -> bool {
        let of_memory = is_of_memory(error);
        self.out_of_memory |= of_memory;
        of_memory
    }
}

pub(super) fn is_of_memory(error: ffmpeg::Error) -> bool {
    error == ffmpeg::Error::Other { errno: ffmpeg::error::ENOMEM }
}

/// Why the file is not whole, in one sentence; `None` where it is. `frames` and `picture_s` are what came out of the
/// picture's decoder.
pub(super) fn judge(promised: &Promised, seen: &Evidence, frames: u64, picture_s: f64) -> Option<String> {
    if seen.out_of_memory {
        return Some(OUT_OF_MEMORY.to_owned());
    }
    let mut defects = Vec::new();
    if let Some(truncated) = truncated(promised, seen, frames, picture_s) {
        defects.push(truncated);
    }
    let damaged = seen.corrupt_frames + seen.refused_packets;
    if damaged > 0 {
        defects.push(format!(
            "the file is corrupt: {damaged} of {} frames are damaged or missing",
            frames + seen.refused_packets
        ));
    } else if defects.is_empty() && seen.corrupt_packets + seen.read_errors > 0 {
        defects.push(format!(
            "the file is corrupt: {} errors while reading it",
            seen.corrupt_packets + seen.read_errors
        ));
    }
    if defects.is_empty()
        && let Some((count, (from_s, to_s))) = seen.holes.found()
    {
        let more = match count - 1 {
            0 => String::new(),
            1 => ", and another such hole".to_owned(),
            more => format!(", and {more} such holes more"),
        };
        defects.push(format!("the file is corrupt: nothing is there from {from_s:.1} to {to_s:.1} s{more}"));
    }
    (!defects.is_empty()).then(|| defects.join("; "))
}

/// A few frames or a fraction of a second may be missing in whole files: edit lists, rounding, a last frame without
/// a duration.
fn truncated(promised: &Promised, seen: &Evidence, frames: u64, picture_s: f64) -> Option<String> {
    // Where only the container's duration is known, any stream may be the one that lasts so long.
    let (there_s, promise_s) = match (promised.picture_s, promised.container_s) {
        (Some(promise_s), _) => (picture_s, Some(promise_s)),
        (None, container_s) => (seen.span.seconds(), container_s),
    };
    let too_short = promise_s.is_some_and(|promise_s| there_s + 0.3 + 0.02 * promise_s < promise_s);
    if let Some(promise) = promised.frames {
        let too_few = frames + 3 + promise / 50 < promise;
        return (too_few && (too_short || promise_s.is_none()))
            .then(|| format!("the file is truncated: {frames} of {promise} frames are there"));
    }
    let promise_s = promise_s.filter(|_| too_short)?;
    Some(format!("the file is truncated: {there_s:.1} of {promise_s:.1} s are there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Promised = Promised { container_s: Some(30.0), picture_s: Some(30.0), frames: Some(900) };

    fn covered(start_s: f64, end_s: f64) -> Evidence {
        Evidence { span: Span(Some((start_s, end_s))), ..Evidence::default() }
    }

    #[test]
    fn a_whole_file_has_no_defect() {
        assert_eq!(judge(&WHOLE, &Evidence::default(), 900, 30.0), None);
        assert_eq!(judge(&WHOLE, &Evidence::default(), 898, 29.95), None);
        assert_eq!(judge(&Promised::default(), &Evidence::default(), 5, 0.2), None);
    }

    #[test]
    fn fewer_frames_than_promised_is_truncation() {
        let defect = judge(&WHOLE, &Evidence::default(), 462, 15.4).expect("truncated");
        assert_eq!(defect, "the file is truncated: 462 of 900 frames are there");
    }

    #[test]
    fn fewer_seconds_than_promised_is_truncation_where_frames_are_not_counted() {
        let promised = Promised { frames: None, ..WHOLE };
        let defect = judge(&promised, &Evidence::default(), 462, 15.4).expect("truncated");
        assert_eq!(defect, "the file is truncated: 15.4 of 30.0 s are there");
        let promised = Promised { picture_s: None, ..promised };
        let defect = judge(&promised, &covered(0.0, 15.4), 462, 15.4).expect("truncated");
        assert_eq!(defect, "the file is truncated: 15.4 of 30.0 s are there");
    }

    #[test]
    fn streams_that_begin_and_end_apart_make_a_whole_file_together() {
        let promised = Promised { container_s: Some(7.0), picture_s: None, frames: None };
        let mut seen = covered(3.0, 7.0);
        seen.span.covers(0.0, 1.0);
        assert_eq!(judge(&promised, &seen, 100, 4.0), None);
    }

    #[test]
    fn where_neither_sound_nor_picture_came_is_a_hole() {
        let mut seen = Evidence::default();
        for at in [0, 1, 2, 3, 4, 5, 6, 7, 18, 19, 20, 29] {
            seen.holes.heard(f64::from(at) / 10.0, f64::from(at + 1) / 10.0);
        }
        // Pictures run ahead of the sound.
        seen.holes.seen(0.04);
        let defect = judge(&Promised::default(), &seen, 60, 3.0);
        let told = "the file is corrupt: nothing is there from 0.8 to 1.8 s, and another such hole";
        assert_eq!(defect.as_deref(), Some(told));
        seen.holes.seen(2.5);
        seen.holes.seen(1.0);
        let defect = judge(&Promised::default(), &seen, 60, 3.0);
        assert_eq!(defect.as_deref(), Some("the file is corrupt: nothing is there from 1.0 to 1.8 s"));
        seen.holes.seen(1.4);
        assert_eq!(judge(&Promised::default(), &seen, 60, 3.0), None);
    }

    #[test]
    fn damaged_frames_are_counted() {
        let seen = Evidence { corrupt_frames: 3, refused_packets: 2, ..Evidence::default() };
        let defect = judge(&WHOLE, &seen, 898, 29.95).expect("corrupt");
        assert_eq!(defect, "the file is corrupt: 5 of 900 frames are damaged or missing");
    }
}
