//! Takes from a worker what its foreign code does not need, for the rest of the process's life.
//!
//! | | plugins: `analyze`, `describe` | FFmpeg: `decode` |
//! |---|---|---|
//! | files (`files`) | read libraries and models, write nothing | read the video and its own `/proc` |
//! | system calls (`calls`) | no network, programs, processes, foreign memory or signals | those it needs; any other kills |
//! | privileges (`privileges`) | none to be gained; of root's, to read alone | the same |
//!
//! Put on before the foreign code runs and before the process has a second thread. A kernel may lack a layer: the
//! others hold all the same, and what is lacking is told in words.

mod calls;
mod files;
mod privileges;

use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::Path;

use anyhow::Result;
use va_protocol::worker::control::Sandbox;

/// What this kernel cannot do of it, each as a sentence.
pub(crate) type Lacks = Vec<String>;

/// For a process that loads a library and its models from these paths.
pub(crate) fn around_plugins<'a>(sandbox: &Sandbox, paths: impl Iterator<Item = &'a Path>) -> Result<Lacks> {
    privileges::drop_all_but_reading()?;
    let lacks = [files::restrict(&files::of_plugins(sandbox, paths)), calls::refuse_what_harms()];
    Ok(lacks.into_iter().flatten().collect())
}

/// For a process that decodes this video.
pub(crate) fn around_decoding(video: BorrowedFd<'_>) -> Result<Lacks> {
    privileges::drop_all_but_reading()?;
    let video = format!("/proc/self/fd/{}", video.as_raw_fd());
    let lacks = [files::restrict(&files::of_decoding(Path::new(&video))), calls::allow_what_decoding_needs()];
    Ok(lacks.into_iter().flatten().collect())
}
