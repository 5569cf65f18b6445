//! What a process may do beyond other processes of its user: nothing, and never more again.

use anyhow::{Context, Result};
use rustix::thread::{CapabilitySet, CapabilitySets};

/// A daemon of root's serves files of others: what it may read its workers may read, too, as far as files are left to
/// them at all.
const KEPT: CapabilitySet = CapabilitySet::DAC_READ_SEARCH;

/// No program that this process could start gets more rights than it has, and of root's it keeps but one.
pub(super) fn drop_all_but_reading() -> Result<()> {
    rustix::thread::set_no_new_privs(true).context("cannot give up new privileges")?;
    let have = rustix::thread::capabilities(None).context("cannot tell the capabilities")?;
    let kept = CapabilitySets {
        effective: have.effective & KEPT,
        permitted: have.permitted & KEPT,
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, kept).context("cannot drop capabilities")
}
