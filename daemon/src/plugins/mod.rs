//! Analyzers as files: where they are, what they say of themselves, and what people want with them.
//!
//! One task, the catalogue, owns all of it: which files there are (`discovery`, `watch`, `install`), what was switched by
//! hand (`overrides`), what crashed (`quarantine`). After each change it publishes a new [`Registry`], which others only
//! read.

mod catalogue;
mod check;
mod discovery;
mod file;
mod install;
mod overrides;
mod placement;
mod quarantine;
mod registry;
mod watch;

pub(crate) use self::catalogue::{Known, Plugins, Run, Trouble, Wish, keep};
pub(crate) use self::check::{Verdict, check};
pub(crate) use self::discovery::describe;
pub(crate) use self::file::Origin;
pub(crate) use self::install::Incoming;
pub(crate) use self::quarantine::Standing;
pub(crate) use self::registry::{Plugin, Registry};
