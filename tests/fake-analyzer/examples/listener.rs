//! Hears the sound at 16 kHz, and looks at nothing.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("listener", "0.1.0", "tells how much sound there is").audio(AudioRequest::Mono16k)
);
