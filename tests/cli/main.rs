//! `vactl`, as a person or a script uses it.

mod analyze;
mod exit_codes;
mod install;
mod listings;
mod names;
mod private_daemon;
