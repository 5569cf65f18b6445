//! What travels between the processes of va: plain serde types, no I/O.
//!
//! [`api`] is public: the HTTP API over the Unix socket and the result document. [`worker`] is private: what daemon
//! and workers say to each other; both sides are always of one build.

pub mod api;
pub mod worker;
