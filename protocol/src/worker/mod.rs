//! What daemon and workers say to each other. Private: both sides are of one build.
//!
//! Each worker has one stream socket to the daemon ([`control`]); for each job, decode worker and analyze workers have
//! one to each other ([`frames`]). Both carry [`framing`]'s messages, some with file descriptors.

pub mod check;
pub mod control;
pub mod description;
pub mod frames;
pub mod framing;
