//! Pulling, against a server of the test's own that breaks off, refuses and lies; no network is asked.

mod brought;
mod fetching;
mod registries;
mod server;
mod world;
