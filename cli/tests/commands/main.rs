//! The program `vactl` against a daemon that says what the test wants it to.

mod analyze;
mod daemon;
mod fake_daemon;
mod listings;
mod models;
mod plugins_new;
mod results;
mod vactl;
