//! Whether a file is whole. FFmpeg ends a cut file in a plain end of file and conceals broken frames; what it promised
//! and what it flagged tell. Pure.

/// What the container says it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Promised {
    pub(super) seconds: Option<f64>,
    pub(super) frames: Option<u64>,
}

/// What was seen while reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) read_errors: u64,
    pub(super) corrupt_packets: u64,
    /// Packets that the decoder refused.
    pub(super) refused_packets: u64,
    /// Frames that came out with errors flagged.
    pub(super) corrupt_frames: u64,
}

impl Evidence {
    pub(super) fn take(&mut self, other: Evidence) {
        self.read_errors += other.read_errors;
        self.corrupt_packets += other.corrupt_packets;
        self.refused_packets += other.refused_packets;
        self.corrupt_frames += other.corrupt_frames;
    }
}

/// Why the file is not whole, in one sentence; `None` where it is.
pub(super) fn judge(
    promised: &Promised,
    seen: &Evidence,
    frames: u64,
    seconds: Option<f64>,
) -> Option<String> {
    let mut defects = Vec::new();
    if let Some(truncated) = truncated(promised, frames, seconds) {
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
    (!defects.is_empty()).then(|| defects.join("; "))
}

/// A few frames or a fraction of a second may be missing in whole files: edit lists, rounding, a last frame without
/// a duration.
fn truncated(promised: &Promised, frames: u64, seconds: Option<f64>) -> Option<String> {
    let decoded_s = seconds.unwrap_or(0.0);
    let too_short = promised.seconds.is_some_and(|promise| decoded_s + 0.3 + 0.02 * promise < promise);
    if let Some(promise) = promised.frames {
        let too_few = frames + 3 + promise / 50 < promise;
        return (too_few && (too_short || promised.seconds.is_none()))
            .then(|| format!("the file is truncated: {frames} of {promise} frames are there"));
    }
    let promise = promised.seconds.filter(|_| too_short)?;
    Some(format!("the file is truncated: {decoded_s:.1} of {promise:.1} s are there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Promised = Promised { seconds: Some(30.0), frames: Some(900) };

    #[test]
    fn a_whole_file_has_no_defect() {
        assert_eq!(judge(&WHOLE, &Evidence::default(), 900, Some(30.0)), None);
        assert_eq!(judge(&WHOLE, &Evidence::default(), 898, Some(29.95)), None);
        assert_eq!(judge(&Promised::default(), &Evidence::default(), 5, Some(0.2)), None);
    }

    #[test]
    fn fewer_frames_than_promised_is_truncation() {
        let defect = judge(&WHOLE, &Evidence::default(), 462, Some(15.4)).expect("truncated");
        assert_eq!(defect, "the file is truncated: 462 of 900 frames are there");
    }

    #[test]
    fn fewer_seconds_than_promised_is_truncation_where_frames_are_not_counted() {
        let promised = Promised { seconds: Some(30.0), frames: None };
        let defect = judge(&promised, &Evidence::default(), 462, Some(15.4)).expect("truncated");
        assert_eq!(defect, "the file is truncated: 15.4 of 30.0 s are there");
    }

    #[test]
    fn damaged_frames_are_counted() {
        let seen = Evidence { corrupt_frames: 3, refused_packets: 2, ..Evidence::default() };
        let defect = judge(&WHOLE, &seen, 898, Some(29.95)).expect("corrupt");
        assert_eq!(defect, "the file is corrupt: 5 of 900 frames are damaged or missing");
    }
}
