//! The client of va-daemon, and the commands of `vactl` that are made of it.
//!
//! [`client`] speaks with a daemon and knows nothing of terminals; [`output`] turns what it learnt into text and does
//! no I/O but to print it. Nothing here reads a video or a file of the daemon: all comes over the socket.

pub mod args;
pub mod client;
pub mod commands;
pub mod exit;
pub mod output;
pub mod places;

mod daemon_log;
mod document_target;
mod private_daemon;
mod progress;
mod video;
