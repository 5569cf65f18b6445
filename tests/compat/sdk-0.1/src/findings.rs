//! What an analyzer found. Each segment becomes JSON text here, once; from then on it is only ever copied.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Frame, Result};

/// Collects the segments of one call. The fields of each kind of segment are those of the result document.
#[derive(Debug, Default)]
pub struct Findings {
    json: String,
    spans: Vec<Span>,
}

/// One segment within the text: up to where it reaches, and of which frame it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) end: usize,
    pub(crate) frame: Option<u64>,
}

impl Findings {
    /// Adds a segment.
    ///
    /// # Errors
    /// Where the segment cannot be written as JSON, such as a map whose keys are not text.
    pub fn segment(&mut self, segment: &impl Serialize) -> Result<()> {
        self.push(segment, None)
    }

    /// Adds a segment that speaks of one frame, so that it can feed other analyzers frame by frame.
    ///
    /// # Errors
    /// As [`Findings::segment`].
    pub fn frame_segment(&mut self, frame: &Frame<'_>, segment: &impl Serialize) -> Result<()> {
        self.push(segment, Some(frame.index))
    }

    /// Segments so far in this call.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn push(&mut self, segment: &impl Serialize, frame: Option<u64>) -> Result<()> {
        let text = serde_json::to_string(segment)
            .map_err(|e| Error::new(format!("cannot write a segment as JSON: {e}")))?;
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&text);
        self.spans.push(Span { end: self.json.len(), frame });
        Ok(())
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Span>) {
        (self.json, self.spans)
    }
}

/// A number of a finding to so many decimals: times have three.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    (value * factor).round() / factor
}

/// What an analyzer says of the whole video, and how it came by it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Summary {
    pub(crate) summary: Box<RawValue>,
    #[serde(default)]
    pub(crate) degraded: Option<String>,
    #[serde(default)]
    pub(crate) model: Option<String>,
}

impl Summary {
    /// The summary, a JSON object with the fields of the result document.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn of(summary: &impl Serialize) -> Result<Self> {
        let summary = serde_json::value::to_raw_value(summary)
            .map_err(|e| Error::new(format!("cannot write the summary as JSON: {e}")))?;
        Ok(Summary { summary, degraded: None, model: None })
    }

    /// Says that a smaller stand-in ran, and why, in one sentence.
    #[must_use]
    pub fn degraded(mut self, reason: impl Into<String>) -> Self {
        self.degraded = Some(reason.into());
        self
    }

    /// Names the model that was used.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = Some(name.into());
        self
    }
}

/// Findings of another analyzer, as JSON text.
#[derive(Debug, Clone, Copy)]
pub struct OtherFindings<'a> {
    /// The other analyzer's name.
    pub analyzer: &'a str,
    /// For a frame: an array of segments. For a video: an object with `segments` and `summary`.
    pub json: &'a str,
}

impl<'a> OtherFindings<'a> {
    /// Reads the text into a type of the reader's choice.
    ///
    /// # Errors
    /// Where the text has another shape, naming the analyzer and the place.
    pub fn read<T: Deserialize<'a>>(&self) -> Result<T> {
        serde_json::from_str(self.json)
            .map_err(|e| Error::new(format!("cannot read the findings of {}: {e}", self.analyzer)))
    }
}
