//! `[analyzers.background_segmentation.settings]`.

use serde::Deserialize;
use va_analyzer_sdk::{Result, within};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// A class whose pixels have a lower mean probability than this is not there, 0 to 1.
    pub(crate) sureness: f32,
    /// Seconds from one search for a salient foreground to the next, 0 or more. Such a search costs twenty times what
    /// the classes cost.
    pub(crate) salience_every_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { sureness: 0.6, salience_every_s: 4.0 }
    }
}

impl Settings {
    pub(crate) fn checked(self) -> Result<Self> {
        within("sureness", self.sureness, 0.0..=1.0)?;
        within("salience_every_s", self.salience_every_s, 0.0..)?;
        Ok(self)
    }
}
