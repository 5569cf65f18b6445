//! `va-worker` by itself, as the daemon drives it.

mod check;
mod compat;
