//! Analyzers as files: where they are, and what they say of themselves.

mod discovery;
mod registry;

pub(crate) use self::discovery::discover;
pub(crate) use self::registry::{Known, Registry};
