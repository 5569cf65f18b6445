//! Text for people, made of what the daemon told. All of it is pure but for [`print()`] and [`Style::of_stdout`].

mod analyzers;
mod grid;
mod json;
mod memory;
pub(crate) mod models;
mod plugins;
mod quantity;
mod status;
mod story;
mod style;
mod subtitles;
mod summary;
pub mod text;

use std::io::{ErrorKind, Write};

pub use self::analyzers::analyzers;
pub use self::memory::{memory, moved};
pub use self::plugins::{plugin, plugin_changed, plugin_check, plugin_why};
pub(crate) use self::quantity::{bytes, counted, duration};
pub use self::status::status;
pub use self::style::{Style, Tone};
pub(crate) use self::subtitles::{Said, Subtitles, subtitles};
pub use self::summary::{Kept, summary};
use crate::exit::{Exit, Failure};

/// To standard output, on a thread of its own: a pager may keep it waiting, and Ctrl-C must still be heard. A reader
/// that is gone (`| head`) is no failure.
pub async fn print(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<(), Failure> {
    let written = tokio::task::spawn_blocking(move || {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes.as_ref()).and_then(|()| stdout.flush())
    });
    let cannot =
        |why: String| Failure::new(Exit::Internal, format!("cannot write to standard output: {why}"));
    match written.await {
        Ok(Err(error)) if error.kind() != ErrorKind::BrokenPipe => Err(cannot(error.to_string())),
        Ok(_) => Ok(()),
        Err(error) => Err(cannot(error.to_string())),
    }
}

/// Something as indented JSON, with a line's end.
pub fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::Internal, format!("cannot write JSON: {error}")))
}
