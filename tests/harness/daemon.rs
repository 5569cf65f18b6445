//! A daemon with a state folder, a configuration and analyzers of its own.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::install::{Install, library};
use crate::program::ends_within;
use crate::{
    Answer, Document, Events, LIMIT, Ran, Resources, Running, http, is_alive, processes_of, role_of,
    wait_until, within,
};

/// After its end no process of a daemon lives on for longer.
const LEFTOVER_LIMIT: Duration = Duration::from_secs(5);

/// What a daemon is to be like.
#[derive(Debug, Default)]
pub struct Setup {
    analyzers: Vec<String>,
    plugins: Vec<(String, Vec<u8>)>,
    config: String,
    real_models: bool,
}

impl Setup {
    pub fn new() -> Self {
        Self::default()
    }

    /// Installs an analyzer: a fake one, or one of our own.
    #[must_use]
    pub fn with(mut self, analyzer: &str) -> Self {
        self.analyzers.push(analyzer.to_owned());
        self
    }

    /// Installs a fake analyzer with settings.
    #[must_use]
    pub fn with_settings(self, analyzer: &str, settings: &str) -> Self {
        self.with(analyzer).config(&format!("[analyzers.{analyzer}.settings]\n{settings}"))
    }

    /// Puts any file into the plugin folder.
    #[must_use]
    pub fn plugin(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.plugins.push((name.to_owned(), bytes));
        self
    }

    /// Adds to the configuration.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        let _ = writeln!(self.config, "{toml}");
        self
    }

    /// With the models of the cache folder, in place of none.
    #[must_use]
    pub fn real_models(mut self) -> Self {
        self.real_models = true;
        self
    }

    /// All of it, but no daemon yet.
    pub fn prepare(self) -> Daemon {
        let sandbox = self.sandbox();
        let install = Install::new();
        let folder = tempfile::tempdir().expect("a folder");
        self.analyzers.iter().for_each(|name| install.add(name));
        for (name, bytes) in self.plugins {
            std::fs::write(install.analyzers().join(name), bytes).expect("written");
        }
        std::fs::write(folder.path().join("va.toml"), self.config + &sandbox).expect("written");
        let daemon = Daemon { running: None, install, folder, real_models: self.real_models };
        std::fs::create_dir(daemon.temporary()).expect("a folder");
        daemon
    }

    /// An analyzer that meets its test, or leaves a file for its next life, leaves its sandbox.
    fn sandbox(&self) -> String {
        let leaves = ["behaviour = \"meet\"", "once = "].iter().any(|way| self.config.contains(way));
        let open = leaves && !self.config.contains("[sandbox]");
        if open { "[sandbox]\nenabled = false\n".to_owned() } else { String::new() }
    }

    /// A daemon that answers.
    pub fn start(self) -> Daemon {
        let mut daemon = self.prepare();
        daemon.start();
        daemon
    }

    /// A daemon whose workers have loaded their analyzers.
    pub fn start_ready(self) -> Daemon {
        let daemon = self.start();
        daemon.ready();
        daemon
    }
}

/// The bytes of an analyzer's library.
pub fn library_bytes(name: &str) -> Vec<u8> {
    std::fs::read(library(name)).expect("it was built")
}

/// Ended when dropped, which makes sure that nothing of it is left.
#[derive(Debug)]
pub struct Daemon {
    running: Option<Running>,
    install: Install,
    folder: TempDir,
    real_models: bool,
}

impl Daemon {
    /// The command line, for a test that starts it by itself.
    pub fn command(&self) -> Command {
        let mut command = self.install.daemon();
        command.arg("--state-dir").arg(self.state_dir()).arg("--config").arg(self.config_file());
        command.env("VA_MODELS_DIR", self.models_dir()).env("TMPDIR", self.temporary());
        command
    }

    /// Starts it, again where it had ended, and waits until it answers.
    ///
    /// # Panics
    /// Where it does not.
    pub fn start(&mut self) {
        let mut command = self.command();
        // A test that fails shows it.
        command.env("VA_LOG", "debug").arg("--log-file").arg(self.log_file());
        let running = Running::start(&mut command);
        let (socket, pid) = (self.socket(), running.pid());
        self.running = Some(running);
        wait_until("the daemon answers", LIMIT, || {
            assert!(is_alive(pid), "the daemon ended at its start; its log:\n{}", self.log());
            UnixStream::connect(&socket).ok()
        });
    }

    /// Waits until all workers are ready.
    pub fn ready(&self) {
        wait_until("all workers are ready", LIMIT, || {
            let workers = self.workers();
            let analyze = workers.iter().any(|worker| worker["role"] == "analyze");
            (analyze && workers.iter().all(|worker| worker["state"] == "ready")).then_some(())
        });
    }

    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("it was started").pid()
    }

    pub fn install(&self) -> &Install {
        &self.install
    }

    pub fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Empty at first, but for real ones.
    pub fn models_dir(&self) -> PathBuf {
        if self.real_models {
            return va_test_media::cache_dir().join("models");
        }
        self.folder.path().join("models")
    }

    pub fn socket(&self) -> PathBuf {
        self.state_dir().join("va.sock")
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("va.toml")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("daemon.log")
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// A folder for the files of a test.
    pub fn folder(&self) -> PathBuf {
        let folder = self.folder.path().join("files");
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    /// Where daemon and workers put their temporary files, if they do.
    fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// All files that it has made, but for the documents that it keeps.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let results = self.state_dir().join("results");
        let kept =
            |path: &PathBuf| path.starts_with(&results) && path.extension().is_none_or(|end| end != "part");
        let mut files = files_in(&self.state_dir());
        files.extend(files_in(&self.temporary()));
        files.retain(|path| !kept(path));
        files
    }

    pub fn vactl_command(&self) -> Command {
        let mut command = self.install.vactl();
        command.env("VA_SOCKET", self.socket()).env("VA_STATE_DIR", self.state_dir());
        command
    }

    pub fn vactl(&self, arguments: &[&str]) -> Ran {
        crate::run(self.vactl_command().args(arguments), LIMIT)
    }

    /// `vactl analyze FILE -o - …`, in the background.
    pub fn analyzing(&self, video: &Path, arguments: &[&str]) -> Running {
        Running::start(self.vactl_command().arg("analyze").arg(video).args(["-o", "-"]).args(arguments))
    }

    pub fn analyze(&self, video: &Path, arguments: &[&str]) -> Ran {
        self.analyzing(video, arguments).ended(LIMIT)
    }

    /// The document of a video; whether it came with the exit code that belongs to it is checked.
    #[track_caller]
    pub fn document(&self, video: &Path, arguments: &[&str]) -> Document {
        let ran = self.analyze(video, arguments);
        assert!(
            [0, 1].contains(&ran.code()),
            "exit code {}, stderr: {}\nlog: {}",
            ran.code(),
            ran.stderr,
            self.log()
        );
        let document = self.checked(ran.json());
        assert_eq!(
            ran.code() == 0,
            document.status() == "success",
            "exit code {} of {document:#?}",
            ran.code()
        );
        document
    }

    /// A document after all that holds for every document was checked.
    #[track_caller]
    pub fn checked(&self, document: Value) -> Document {
        Document::checked(document, &self.vactl(&["schema"]).ended_with(0).json())
    }

    pub fn get(&self, path: &str) -> Answer {
        http::request(&self.socket(), "GET", path, b"")
    }

    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        http::request(&self.socket(), method, path, body)
    }

    /// Sends a job without the help of `vactl`.
    pub fn job(&self, video: &Path, analyzers: &[&str], fresh: bool) -> Events {
        http::events(&self.socket(), &json!({ "path": video, "analyzers": analyzers, "fresh": fresh }))
    }

    pub fn status(&self) -> Value {
        self.get("/v1/status").json()
    }

    pub fn workers(&self) -> Vec<Value> {
        self.status()["workers"].as_array().expect("a list").clone()
    }

    /// The worker of a group, once it is ready.
    pub fn worker_of(&self, group: &str) -> u32 {
        wait_until("the group's worker is ready", LIMIT, || {
            let workers = self.workers();
            let worker =
                workers.iter().find(|worker| worker["group"] == group && worker["state"] == "ready")?;
            worker["pid"].as_u64().map(|pid| pid as u32)
        })
    }

    /// Processes of one role that live now.
    pub fn processes(&self, role: &str) -> Vec<u32> {
        let mut all = processes_of(self.install.prefix());
        all.retain(|pid| role_of(*pid).as_deref() == Some(role));
        all
    }

    pub fn resources(&self) -> Resources {
        Resources::of(self.pid(), self.install.prefix())
    }

    /// What it holds on to when it has nothing to do, once that is so: workers ready, a decoder in reserve.
    pub fn at_rest(&self) -> Resources {
        let (mut last, mut unchanged) = (self.resources(), 0);
        wait_until("the daemon is at rest", LIMIT, || {
            let status = self.status();
            let workers = status["workers"].as_array()?;
            let ready = workers.iter().all(|worker| worker["state"] == "ready");
            let reserve = workers.iter().filter(|worker| worker["role"] == "decode").count() == 1;
            let now = self.resources();
            unchanged = if now == last { unchanged + 1 } else { 0 };
            last = now.clone();
            (ready && reserve && status["jobs"]["running"] == 0 && unchanged > 10).then_some(now)
        })
    }

    /// Waits until the daemon holds on to no more than it did before. Connections and workers that have done their
    /// work take a moment to go.
    pub fn gives_back(&self, before: &Resources) {
        let now = within(LEFTOVER_LIMIT, || (self.resources() == *before).then_some(()));
        assert!(now.is_some(), "before: {before:#?}\nnow: {:#?}", self.resources());
    }

    /// Waits for its end, which is not expected.
    pub fn ends_within(&self, limit: Duration) -> bool {
        ends_within(self.pid(), limit)
    }

    pub fn signal(&self, signal: Signal) {
        self.running.as_ref().expect("it was started").signal(signal);
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> Ran {
        self.running.take().expect("it was started").ended(LIMIT)
    }

    /// Asks it to stop, and waits for that.
    pub fn stop(&mut self) -> Ran {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// Ends it the hard way.
    pub fn crash(&mut self) {
        self.signal(Signal::KILL);
        self.ended();
        self.nothing_is_left();
    }

    /// # Panics
    /// Where a process outlives its daemon.
    pub fn nothing_is_left(&self) {
        let gone = within(LEFTOVER_LIMIT, || processes_of(self.install.prefix()).is_empty().then_some(()));
        let roles = || processes_of(self.install.prefix()).into_iter().map(role_of).collect::<Vec<_>>();
        assert!(gone.is_some(), "processes outlived their daemon: {:?}", roles());
    }
}

/// At any depth.
fn files_in(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { BTreeSet::from([path]) }).collect()
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the daemon's log\n{}---", self.log());
            return;
        }
        if let Some(running) = self.running.take() {
            assert!(
                !ends_within(running.pid(), Duration::ZERO),
                "the daemon ended; its log:\n{}",
                self.log()
            );
            drop(running);
        }
        self.nothing_is_left();
    }
}
