//! What no plugin needs, and what would harm others: refused with `EPERM`.
//!
//! All else is allowed, since nobody knows what a runtime will want; files are landlock's business. Landlock does not
//! see the attributes of files, so that these are refused here.

use anyhow::Result;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::SeccompRule;

use super::{Rules, argument, clones, myself, with};

const PROGRAMS: [i64; 2] = [libc::SYS_execve, libc::SYS_execveat];

const OTHER_PROCESSES: [i64; 14] = [
    // The sockets that it may make, for CUDA's sake, lead nowhere: those with a name are the user's and the daemon's.
    libc::SYS_connect,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    // Names a thread and not its process; the C library takes `tgkill`.
    libc::SYS_tkill,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_setpgid,
    libc::SYS_setsid,
];

/// Memory and messages that have a name for all of the user's processes.
const SHARED_BY_NAME: [i64; 5] =
    [libc::SYS_shmget, libc::SYS_shmat, libc::SYS_msgget, libc::SYS_semget, libc::SYS_mq_open];

const ATTRIBUTES: [i64; 11] = [
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    SETXATTRAT,
    FILE_SETATTR,
];

/// Of Linux 6.6, 6.13 and 6.17, with one number on all machines.
const FCHMODAT2: i64 = 452;
const SETXATTRAT: i64 = 463;
const FILE_SETATTR: i64 = 469;

/// Much of the kernel behind a few calls, past which filters do not see.
const KERNEL: [i64; 22] = [
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_reboot,
];

#[cfg(target_arch = "x86_64")]
const OF_THIS_MACHINE: [i64; 8] = [
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const OF_THIS_MACHINE: [i64; 0] = [];

pub(super) fn rules() -> Result<Rules> {
    let whole = [&PROGRAMS[..], &OTHER_PROCESSES, &SHARED_BY_NAME, &ATTRIBUTES, &KERNEL, &OF_THIS_MACHINE];
    let mut rules: Rules = whole.concat().into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, vec![clones(false)?]);
    // A thread that ends the process by a signal is free to.
    for call in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        rules.insert(call, vec![with([argument(0, Ne, myself())])?]);
    }
    rules.insert(libc::SYS_prlimit64, vec![with([argument(0, Ne, 0), argument(0, Ne, myself())])?]);
    // It ends with its daemon, whatever it would rather.
    rules.insert(libc::SYS_prctl, vec![with([argument(0, Eq, libc::PR_SET_PDEATHSIG as u64)])?]);
    // Would type into a terminal.
    rules.insert(libc::SYS_ioctl, vec![with([argument(1, Eq, libc::TIOCSTI)])?]);
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        rules.insert(call, all_but_streams_of_this_machine()?);
    }
    Ok(rules)
}

/// Sockets of other families reach the network; datagrams go to any Unix socket, connected or not.
fn all_but_streams_of_this_machine() -> Result<Vec<SeccompRule>> {
    const KIND: u64 = 0xf;
    let refused = [
        argument(0, Ne, libc::AF_UNIX as u64),
        argument(1, MaskedEq(KIND), libc::SOCK_DGRAM as u64),
        // Another name of the same.
        argument(1, MaskedEq(KIND), libc::SOCK_RAW as u64),
    ];
    refused.into_iter().map(|one| with([one])).collect()
}
