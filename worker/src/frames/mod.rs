//! Frames in shared memory: the memory itself, and who holds which slot of it.

pub(crate) mod memfd;
pub(crate) mod ring;
