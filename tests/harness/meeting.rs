//! A place where a fake analyzer meets its test: it stays in its call until the test lets go.
//!
//! The way there leads out of the sandbox, so that a daemon whose analyzers are told to go has none: see `Setup`.

use std::io::Read;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::LIMIT;
use crate::program::readable_within;

#[derive(Debug)]
pub struct Meeting {
    listener: UnixListener,
    path: PathBuf,
    _folder: TempDir,
}

/// An analyzer that waits in its call. It goes on when this is dropped.
#[derive(Debug)]
pub struct Met(UnixStream);

impl Default for Meeting {
    fn default() -> Self {
        Self::new()
    }
}

impl Meeting {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("meeting");
        Meeting { listener: UnixListener::bind(&path).expect("a socket"), path, _folder: folder }
    }

    /// The analyzer's settings that bring it here.
    pub fn settings(&self) -> String {
        format!("behaviour = \"meet\"\nsocket = {:?}\n", self.path)
    }

    /// Waits for an analyzer.
    ///
    /// # Panics
    /// Where none comes.
    pub fn wait(&self) -> Met {
        assert!(self.comes_within(LIMIT), "the analyzer did not get to its meeting within {LIMIT:?}");
        Met(self.listener.accept().expect("somebody is there").0)
    }

    pub fn comes_within(&self, limit: Duration) -> bool {
        readable_within(&self.listener, limit)
    }
}

impl Met {
    /// Whether the analyzer leaves by itself: its job was given up, or its process ended.
    pub fn leaves_within(mut self, limit: Duration) -> bool {
        self.0.set_read_timeout(Some(limit)).expect("a limit");
        self.0.read_to_end(&mut Vec::new()).is_ok()
    }
}
