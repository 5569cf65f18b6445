//! System calls, by seccomp: for plugins some are refused with an error (`refused`), for decoding all are forbidden
//! but those it needs (`allowed`).
//!
//! Calls of another machine's kind, such as those of 32-bit programs, kill the process.

mod allowed;
mod refused;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};

/// By number of the call: the arguments with which it is meant; none where it is meant whatever they are.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What this kernel cannot do of it is told.
pub(super) fn refuse_what_harms() -> Option<String> {
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    told(refused::rules().and_then(|rules| install(rules, SeccompAction::Allow, refuse)))
}

/// As [`refuse_what_harms`].
pub(super) fn allow_what_decoding_needs() -> Option<String> {
    told(allowed::rules().and_then(|rules| install(rules, SeccompAction::KillProcess, SeccompAction::Allow)))
}

fn told(installed: Result<()>) -> Option<String> {
    installed.err().map(|error| format!("system calls are not filtered: {error:#}"))
}

fn install(rules: Rules, otherwise: SeccompAction, where_meant: SeccompAction) -> Result<()> {
    let machine = std::env::consts::ARCH.try_into().context("a machine that is not known")?;
    let filter: BpfProgram = SeccompFilter::new(rules, otherwise, where_meant, machine)?.try_into()?;
    // Of two filters the stricter word counts. The second may forbid to install filters, so it comes last.
    for program in [hide_what_cannot_be_judged(), filter] {
        seccompiler::apply_filter_all_threads(&program)?;
    }
    Ok(())
}

/// Some calls are as if this kernel had none of them: `clone3`, whose flags lie in memory, where no filter sees them
/// (the C library then takes `clone`), and on x86-64 all of the x32 kind, which have numbers of their own.
fn hide_what_cannot_be_judged() -> BpfProgram {
    let step = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    let x32 = if cfg!(target_arch = "x86_64") { 0x4000_0000 } else { u32::MAX };
    vec![
        // The call's number is the first word of what a filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, 0, libc::SYS_clone3 as u32),
        step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, x32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

/// A call with an argument like this: position, how it compares, and to what. Arguments that the kernel takes as 32 bits
/// are compared as such: what stands above them means nothing.
fn argument(at: u8, compares: SeccompCmpOp, value: u64) -> Result<SeccompCondition> {
    Ok(SeccompCondition::new(at, SeccompCmpArgLen::Dword, compares, value)?)
}

/// A call whose arguments are all like this.
fn with(arguments: impl IntoIterator<Item = Result<SeccompCondition>>) -> Result<SeccompRule> {
    Ok(SeccompRule::new(arguments.into_iter().collect::<Result<_>>()?)?)
}

/// This process, as an argument.
fn myself() -> u64 {
    u64::from(std::process::id())
}

/// `clone` for a new thread, as opposed to a process, or the other way round.
fn clones(thread: bool) -> Result<SeccompRule> {
    let flag = libc::CLONE_THREAD as u64;
    with([argument(0, SeccompCmpOp::MaskedEq(flag), if thread { flag } else { 0 })])
}
