//! What a fake analyzer can be told to do.

use std::path::PathBuf;

use serde::Deserialize;

/// `[analyzers.NAME.settings]` of a fake analyzer.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub behaviour: Behaviour,
    pub when: When,
    /// With `when = "frames"`: from the frame of this number on.
    pub at_frame: u64,
    /// For `slow`: how long each time.
    pub sleep_ms: u64,
    /// For `huge` and `leak`: how much each time.
    pub mib: usize,
    /// For `error` and `panic`: the words.
    pub message: String,
    /// Once this file exists nothing happens any more; it is made just before something does.
    pub once: Option<PathBuf>,
    /// For `meet`: the socket on which the test listens.
    pub socket: PathBuf,
    /// For `reach`: the test's folder, and the TCP port on which it listens.
    pub folder: PathBuf,
    pub port: u16,
    /// For `exit`.
    pub status: i32,
    /// Keep this much in memory from the loading on.
    pub hold_mib: usize,
    /// Say that a smaller stand-in ran, and why.
    pub degraded: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Tell what each frame was like.
    #[default]
    Ok,
    /// Look at nothing: what is left is the system's own work.
    Noop,
    /// Take its time, and be right in the end.
    Slow,
    /// Connect to the test's socket, and go on when the test closes it or the job is given up.
    Meet,
    Error,
    /// Say that the device's memory does not suffice.
    OutOfMemory,
    Panic,
    /// `SIGABRT`.
    Abort,
    /// `SIGSEGV`, by writing where nothing is.
    Segfault,
    /// `SIGSEGV`, by writing to the frame itself, which is shared and sealed.
    WriteToFrame,
    StackOverflow,
    /// End the whole process.
    Exit,
    /// Never return, and compute all the time.
    Hang,
    /// Never return, and wait for a lock that this very thread holds.
    Deadlock,
    /// Take more memory, and never give it back.
    Leak,
    /// Close all file descriptors of the process.
    CloseFds,
    /// Hand over more findings than anyone wants.
    Huge,
    /// Hand over what is no JSON; at the finish, a summary that is no object.
    Malformed,
    /// Hand over a segment that is no object.
    NoObject,
    /// Write thousands of lines to the log and to standard error.
    Chatter,
    /// Hand over findings, a summary or an error, and log a line, that are no UTF-8.
    InvalidUtf8,
    /// Hand over two segments where one is spoken of.
    WrongCount,
    /// Ask, while loading, for a model that is not installed.
    MissingModel,
    /// At the end, try what no analyzer may, and tell what came of it in the summary.
    Reach,
    /// Leave a process behind.
    Fork,
    /// Kill the daemon.
    KillParent,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    Load,
    Open,
    #[default]
    Frames,
    Audio,
    Finish,
    /// When the session is dropped, after its findings were handed over.
    Drop,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            behaviour: Behaviour::Ok,
            when: When::Frames,
            at_frame: 0,
            sleep_ms: 20,
            mib: 8,
            message: "told to fail".to_owned(),
            once: None,
            socket: PathBuf::new(),
            folder: PathBuf::new(),
            port: 0,
            status: 7,
            hold_mib: 0,
            degraded: None,
        }
    }
}
