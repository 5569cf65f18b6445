//! Memory that is counted: what each loaded analyzer takes of which device, what is free, and who has to go for others.
//!
//! Loading asks here first. Where there is no room, the least recently used analyzers that no job uses go, one after
//! the other, until there is; their memory has to be seen to come back. Decisions are pure ([`decision`], [`free`]);
//! [`keeper`] acts on them, and [`report`] tells of it.

mod decision;
mod figures;
mod free;
mod keeper;
mod ledger;
mod placement;
mod report;

pub(crate) use self::keeper::Memory;
pub(crate) use self::placement::Placement;
