//! Each in a process of its own, since what is put on never comes off.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType};

use super::*;

/// Tells the child what to try.
const TRY: &str = "VA_TEST_CALL";
const REFUSED: i32 = 17;
const DONE: i32 = 18;

/// Runs [`in_a_process_of_its_own`] there.
fn child(what: &str) -> ExitStatus {
    let this = std::env::current_exe().expect("this test is a program");
    let mut child = Command::new(this);
    child.args(["--ignored", "--exact", "sandbox::calls::tests::in_a_process_of_its_own"]).env(TRY, what);
    child.output().expect("it starts").status
}

#[test]
#[ignore = "the others run it, each in a process of its own"]
fn in_a_process_of_its_own() {
    let Ok(what) = std::env::var(TRY) else { return };
    let (filter, call) = what.split_once(' ').expect("a filter and a call");
    let lacks = match filter {
        "refused" => refuse_what_harms(),
        "allowed" => allow_what_decoding_needs(),
        other => panic!("no filter {other}"),
    };
    assert_eq!(lacks, None);
    let done: Result<(), Errno> = match call {
        "socket" => rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).map(drop),
        "thread" => {
            std::thread::spawn(|| {}).join().expect("it ran");
            Ok(())
        }
        "write" => {
            rustix::fs::open("/dev/null", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()).map(drop)
        }
        "abort" => std::process::abort(),
        other => panic!("no call {other}"),
    };
    std::process::exit(match done {
        Ok(()) => DONE,
        Err(Errno::PERM) => REFUSED,
        Err(other) => panic!("{call}: {other}"),
    });
}

#[test]
fn while_decoding_a_call_that_is_not_needed_kills_the_process() {
    for call in ["socket", "write"] {
        assert_eq!(child(&format!("allowed {call}")).signal(), Some(libc::SIGSYS), "{call}");
    }
}

#[test]
fn while_decoding_threads_start_and_an_abort_is_one() {
    assert_eq!(child("allowed thread").code(), Some(DONE));
    assert_eq!(child("allowed abort").signal(), Some(libc::SIGABRT));
}

#[test]
fn what_harms_is_refused_to_plugins_and_threads_and_aborts_are_left_to_them() {
    assert_eq!(child("refused socket").code(), Some(REFUSED));
    assert_eq!(child("refused thread").code(), Some(DONE));
    assert_eq!(child("refused write").code(), Some(DONE), "files are not this filter's business");
    assert_eq!(child("refused abort").signal(), Some(libc::SIGABRT));
}
