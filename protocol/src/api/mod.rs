//! The types of the HTTP API, one file for each kind of thing.

pub mod analyzer;
pub mod job;
pub mod problem;
pub mod result;
pub mod status;
