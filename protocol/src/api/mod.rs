//! The types of the HTTP API, one file for each kind of thing, and the schema of the result document.

pub mod analyzer;
pub mod job;
pub mod memory;
pub mod plugin;
pub mod problem;
pub mod result;
pub mod schema;
pub mod status;
