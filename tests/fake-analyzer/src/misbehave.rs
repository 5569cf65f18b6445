//! All that an analyzer must not do. Some of it cannot be done in safe Rust, which is the point.
#![allow(unsafe_code, reason = "crashes a process on purpose; each says SAFETY, or rather why there is none")]

use std::hint::black_box;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use va_analyzer_sdk::{Error, ErrorKind as Kind, Findings, Frame, Host, LogLevel, Result};

use crate::{Behaviour, Settings, When};

/// How often a `meet` looks whether its job was given up.
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Settings {
    /// Does what it was told to do here. Returns, if it does.
    pub(crate) fn misbehave(&self, now: When, host: &Host, frame: Option<&Frame<'_>>) -> Result<()> {
        if self.when != now || self.is_over() {
            return Ok(());
        }
        if !matches!(self.behaviour, Behaviour::Ok | Behaviour::Noop) {
            // Tests read in the daemon's log how long it takes from here on until all is well again.
            host.log(LogLevel::Info, format!("misbehaves: {:?}", self.behaviour));
        }
        match self.behaviour {
            Behaviour::Slow => std::thread::sleep(Duration::from_millis(self.sleep_ms)),
            Behaviour::Meet => self.meet(now, host)?,
            Behaviour::Error => return Err(Error::new(self.message.clone())),
            Behaviour::OutOfMemory => return Err(Error::of(Kind::OutOfMemory, self.message.clone())),
            Behaviour::Panic => panic!("{}", self.message),
            Behaviour::Abort => std::process::abort(),
            Behaviour::Segfault => write_to(std::ptr::without_provenance_mut(64)),
            Behaviour::WriteToFrame => {
                write_to(frame.map_or(&[][..], |frame| frame.data).as_ptr().cast_mut())
            }
            Behaviour::StackOverflow => drop(black_box(descend(0))),
            Behaviour::Exit => std::process::exit(self.status),
            Behaviour::Hang => loop {
                std::hint::spin_loop();
            },
            Behaviour::Deadlock => deadlock(),
            Behaviour::Leak => std::mem::forget(black_box(vec![1u8; self.mib << 20])),
            Behaviour::CloseFds => close_descriptors(),
            Behaviour::Chatter => chatter(host),
            Behaviour::Fork => {
                crate::reach::leave_a_child().map_err(|error| Error::from(error).context("cannot fork"))?;
            }
            Behaviour::KillParent => kill_parent()?,
            Behaviour::Ok | Behaviour::Noop | Behaviour::MissingModel | Behaviour::Reach => {}
            Behaviour::InvalidUtf8 => {
                host.log(LogLevel::Info, no_utf8());
                if now == When::Open {
                    return Err(Error::new(no_utf8()));
                }
            }
            // By `flood`.
            Behaviour::Huge | Behaviour::Malformed | Behaviour::NoObject | Behaviour::WrongCount => {}
        }
        Ok(())
    }

    /// Hands over findings that nobody wants.
    pub(crate) fn flood(&self, now: When, findings: &mut Findings) -> Result<()> {
        if self.when != now || self.is_over() {
            return Ok(());
        }
        match self.behaviour {
            Behaviour::Huge => findings.segment(&Long(self.mib)),
            Behaviour::InvalidUtf8 if now == When::Frames => findings.segment(&Raw(no_utf8())),
            Behaviour::WrongCount => findings.segment(&Raw("{},{}")),
            Behaviour::Malformed => findings.segment(&Raw("{\"unfinished\": ")),
            Behaviour::NoObject => findings.segment(&42),
            _ => Ok(()),
        }
    }

    fn is_over(&self) -> bool {
        let harmless = matches!(self.behaviour, Behaviour::Ok | Behaviour::Noop);
        match &self.once {
            Some(path) if !harmless => path.exists() || std::fs::write(path, b"once").is_err(),
            _ => false,
        }
    }

    /// Tells the test where it is, and waits until the test lets go.
    fn meet(&self, now: When, host: &Host) -> Result<()> {
        let mut test = UnixStream::connect(&self.socket).map_err(|error| {
            Error::from(error).context(format!("cannot meet at {}", self.socket.display()))
        })?;
        match writeln!(test, "{now:?}") {
            // The test let go before it was told.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            told => told?,
        }
        test.set_read_timeout(Some(LOOK_EVERY))?;
        while !host.cancelled() {
            match test.read(&mut [0]) {
                Ok(_) => return Ok(()),
                // The test let go without having read a word.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(()),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::new("given up while waiting for the test"))
    }
}

fn write_to(address: *mut u8) {
    // SAFETY: none. The address is not ours to write to, so the kernel ends the process.
    unsafe { address.write_volatile(1) }
}

/// Needs more stack at each step; what it returns keeps the compiler from making a loop of it.
fn descend(depth: u64) -> u64 {
    let room = black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { descend(depth + 1) + black_box(room[depth as usize % 512]) }
}

fn deadlock() {
    let mutex = Mutex::new(());
    let _held = mutex.lock();
    let _never = mutex.lock();
}

fn kill_parent() -> Result<()> {
    let daemon = rustix::process::getppid().ok_or_else(|| Error::new("there is no parent"))?;
    rustix::process::kill_process(daemon, rustix::process::Signal::KILL)
        .map_err(|error| Error::from(std::io::Error::from(error)).context("cannot kill the daemon"))
}

fn close_descriptors() {
    for descriptor in 0..1024 {
        // SAFETY: none. Others own these descriptors and will find them closed, or find something else in their place.
        unsafe { rustix::io::close(descriptor) }
    }
}

/// An object, but for its bytes.
pub(crate) fn no_utf8() -> &'static str {
    let bytes: &[u8] = black_box(b"{\"name\":\"\xff\xfe\"}");
    // SAFETY: none. Whoever takes these bytes for text is wrong, which is the point.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}

/// A segment with so many MiB of text, which is not made in memory first.
struct Long(usize);

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut segment = serializer.serialize_struct("Long", 1)?;
        segment.serialize_field("text", &Repeated(self.0))?;
        segment.end()
    }
}

struct Repeated(usize);

impl Serialize for Repeated {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Repeated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mebibyte = "x".repeat(1 << 20);
        (0..self.0).try_for_each(|_| f.write_str(&mebibyte))
    }
}

fn chatter(host: &Host) {
    for line in 0..2000 {
        host.log(LogLevel::Info, format!("line {line} of many: {}", "bla ".repeat(50)));
        eprintln!("line {line} of many to standard error: {}", "bla ".repeat(50));
        println!("line {line} of many to standard output");
    }
}

/// Text that goes into JSON unchecked, which is how a plugin that was not made with the SDK could do it: `serde_json`
/// writes a struct of this name as it is.
pub(crate) struct Raw(pub(crate) &'static str);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        const NAME: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(NAME, 1)?;
        raw.serialize_field(NAME, self.0)?;
        raw.end()
    }
}
