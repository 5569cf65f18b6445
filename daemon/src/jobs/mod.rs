//! Jobs: one video each, from the request to the document.
//!
//! ```text
//!             slot free            all analyzers settled
//!   queued ─────────────▶ running ───────────────────────▶ finished (a document) or failed (a problem)
//!      └──── the client closes the stream ────┴──▶ given up
//! ```
//! The scheduler owns the queue; each running job is a task of its own (`run`), which makes one or two passes over
//! the video (`pass`): a second one for analyzers whose worker died under them.

mod dependencies;
mod document;
mod file;
mod outcome;
mod owed;
mod pass;
mod plan;
mod progress;
mod results;
mod retry;
mod run;
mod scheduler;

pub(crate) use self::results::Results;
pub(crate) use self::scheduler::{Jobs, schedule};
