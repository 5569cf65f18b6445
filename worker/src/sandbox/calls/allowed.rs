//! What decoding needs of the kernel: FFmpeg with its threads, the C and Rust libraries below, and our own code.
//! Found by watching it over all kinds of files, and by what the C library may do in place of it.

use anyhow::Result;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};

use super::{Rules, argument, clones, myself, with};

const MEMORY: [i64; 9] = [
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mincore,
    libc::SYS_membarrier,
    libc::SYS_memfd_create,
];

const DESCRIPTORS: [i64; 27] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_ftruncate,
    libc::SYS_fadvise64,
    libc::SYS_ioctl,
    libc::SYS_getcwd,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_sendfile,
];

/// Over sockets that it was given; it cannot make any.
const SOCKETS: [i64; 8] = [
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_recvfrom,
    libc::SYS_shutdown,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_getsockname,
];

const THREADS: [i64; 23] = [
    // Hidden, so that `clone` is taken.
    libc::SYS_clone3,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getcpu,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
];

const FACTS: [i64; 15] = [
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_getrandom,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrlimit,
];

/// Older forms of the above, which are still used there.
#[cfg(target_arch = "x86_64")]
const OF_THIS_MACHINE: [i64; 9] = [
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_time,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const OF_THIS_MACHINE: [i64; 0] = [];

pub(super) fn rules() -> Result<Rules> {
    let whole = [&MEMORY[..], &DESCRIPTORS, &SOCKETS, &THREADS, &FACTS, &OF_THIS_MACHINE];
    let mut rules: Rules = whole.concat().into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, vec![clones(true)?]);
    // To read, and nothing else, also where there is no landlock.
    let writes = (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) as u64;
    let reads = |at| with([argument(at, MaskedEq(writes), libc::O_RDONLY as u64)]);
    rules.insert(libc::SYS_openat, vec![reads(2)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![reads(1)?]);
    // To end itself, by `abort`.
    for call in [libc::SYS_tgkill, libc::SYS_kill] {
        rules.insert(call, vec![with([argument(0, Eq, myself())])?]);
    }
    rules.insert(libc::SYS_prlimit64, vec![with([argument(0, Eq, 0)])?, with([argument(0, Eq, myself())])?]);
    // Names of threads, facts of the process; but it ends with its daemon, whatever it would rather.
    rules.insert(libc::SYS_prctl, vec![with([argument(0, Ne, libc::PR_SET_PDEATHSIG as u64)])?]);
    Ok(rules)
}
