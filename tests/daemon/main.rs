//! The daemon and its workers, by their real programs.

mod api;
mod changes;
mod config;
mod defaults;
mod faults;
mod findings;
mod idle;
mod jobs;
mod lifecycle;
mod memory;
mod models;
mod plugins;
mod real;
mod sandbox;
mod soak;
