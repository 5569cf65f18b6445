//! Drives the real binaries: an installation and a daemon for each test, `vactl`, plain HTTP, and `/proc`.
//!
//! The binaries are those of `$VA_BIN_DIR`, else of the cargo profile folder that the test lies in. Nothing here links
//! to them: what a test sees is what a user sees.

mod check;
mod clips;
mod daemon;
mod document;
mod http;
mod install;
mod meeting;
mod proc;
mod program;
mod wait;

pub use self::check::to_check;
pub use self::clips::{Probe, clip, silent_clip};
pub use self::daemon::{Daemon, Setup, library_bytes};
pub use self::document::Document;
pub use self::http::{Answer, Events};
pub use self::install::{Install, bin_dir, own_analyzers};
pub use self::meeting::{Meeting, Met};
pub use self::proc::{
    Resources, cpu, is_alive, memfds, oom_score, open_files, parent_of, processes_of, resident, role_of,
    zombies_of,
};
pub use self::program::{Ran, Running, run};
pub use self::wait::{wait_until, within};

use std::time::Duration;

/// No single step of a test takes longer, also on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);
