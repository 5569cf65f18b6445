//! One analyzer on the clip that is built in, for the role `check`: a job like any other, but for its decoder, and with
//! nobody but this process to hear of it.

use std::collections::{BTreeSet, HashMap};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use va_analyzer_sdk::abi::Plugin;
use va_analyzer_sdk::{Analyzer, Description, Findings, Host, Session, Summary, Video};
use va_protocol::worker::check::{Check, DryRun};
use va_protocol::worker::control::{AnalyzerInJob, AnalyzerToLoad, FromAnalyze, Outcome, Request};
use va_protocol::worker::description::{AnalyzerDescription, FindingsScope};

use super::deadline::Deadlines;
use super::held::{Lent, Loaded, in_memory};
use super::host::Shared;
use super::job::{Job, Settings};
use super::touched::Watched;
use crate::decode::clip;
use crate::link;

/// A loaded analyzer, about to be tried.
pub(crate) struct Trial {
    name: String,
    analyzers: HashMap<String, Arc<Loaded>>,
    shared: Arc<Shared>,
    call_limit: Duration,
    daemon: link::Sender,
    heard: mpsc::Receiver<Heard>,
}

/// Why an analyzer is not in memory.
pub(crate) enum NotLoaded {
    /// It lacks a model, and is itself not to blame.
    Unavailable(String),
    Failed(String),
}

/// How a session of this analyzer ended.
struct Heard {
    analyzer: String,
    how: Ended,
}

enum Ended {
    Finished(Outcome, Vec<u8>),
    Hung { call: String, limit_s: f64 },
}

impl Trial {
    /// Loads the analyzer as for jobs.
    pub(crate) fn load(plugin: &Plugin, name: &str, check: &Check) -> Result<Self, NotLoaded> {
        let no_link = |error: anyhow::Error| NotLoaded::Failed(format!("{error:#}"));
        let (daemon, heard) = nobody_but_us().map_err(no_link)?;
        let wanted = AnalyzerToLoad { name: name.to_owned(), ..check.analyzer.clone() };
        let shared = Arc::new(Shared::new(&wanted, &check.device, check.threads, &daemon));
        let analyzer = in_memory(plugin, &shared).map_err(|(unavailable, reason)| {
            if unavailable { NotLoaded::Unavailable(reason) } else { NotLoaded::Failed(reason) }
        })?;
        let call_limit = Duration::from_secs_f64(wanted.call_limit_s);
        let watched = Watched::new(&Arc::default(), true);
        let loaded = Arc::new(Loaded { analyzer, shared: Arc::clone(&shared), call_limit, watched });
        let analyzers = HashMap::from([(wanted.name, loaded)]);
        Ok(Trial { name: name.to_owned(), analyzers, shared, call_limit, daemon, heard })
    }

    /// Where its models run.
    pub(crate) fn device(&self) -> &str {
        self.shared.runs_on()
    }

    /// Shows it the clip. Of the analyzers that it builds on, those that it gets frame by frame see what it sees and
    /// find nothing; those whose findings it gets at the end have none to give, as where they failed.
    ///
    /// # Errors
    /// What the reason of its part of the result document would be.
    pub(crate) fn run(&mut self, wants: &AnalyzerDescription, findings_limit: usize) -> Result<DryRun> {
        let others = |scope| {
            let others = wants.findings.iter().filter(move |other| other.scope == scope);
            others.map(|other| other.analyzer.clone()).filter(|other| *other != self.name)
        };
        let waits_for: Vec<String> = others(FindingsScope::PerVideo).collect();
        let by_frame: BTreeSet<String> = others(FindingsScope::PerFrame).collect();
        for other in &by_frame {
            self.add_one_that_finds_nothing(other)?;
        }
        let in_job = |name: &String, waits_for: &[String], by_frame: &BTreeSet<String>| AnalyzerInJob {
            name: name.clone(),
            batch: wants.batch,
            waits_for: waits_for.to_vec(),
            frame_findings_of: by_frame.iter().cloned().collect(),
        };
        let mut wanted = vec![in_job(&self.name, &waits_for, &by_frame)];
        wanted.extend(by_frame.iter().map(|other| in_job(other, &[], &BTreeSet::new())));
        let request = |audio| Request { frames: wants.frames, audio, batch: wants.batch };
        let mut requests = vec![request(wants.audio)];
        requests.extend(by_frame.iter().map(|_| request(None)));

        let (shows, sees) = UnixStream::pair().context("no sockets")?;
        let settings = Settings { number: 0, findings_limit };
        let deadlines = Deadlines::start();
        let frames = link::ends(sees)?;
        let lend = |name: &str| self.analyzers.get(name).map(Lent::of);
        let job = Job::start(settings, wanted, lend, frames, &self.daemon, &deadlines)?;
        waits_for.iter().for_each(|other| job.other_findings(other, Vec::new()));
        let showing = thread::spawn(move || clip::show(requests, shows));
        match self.ended()? {
            Ended::Hung { call, limit_s } => {
                bail!("its call {call}() did not return within {limit_s} s (call_limit_s)")
            }
            Ended::Finished(Outcome::Failed { reason, .. }, _) => bail!("{reason}"),
            Ended::Finished(Outcome::Ok { frames, degraded, model, .. }, findings) => {
                let shown =
                    showing.join().map_err(|_| anyhow!("the clip that is built in could not be made"))?;
                shown.context("the clip that is built in could not be shown")?;
                let Found { segments, summary } = serde_json::from_slice(&findings)?;
                let device = self.device().to_owned();
                Ok(DryRun { device, frames, segments: segments.len(), summary, degraded, model })
            }
        }
    }

    /// How the analyzer's own session ended.
    fn ended(&self) -> Result<Ended> {
        loop {
            let Heard { analyzer, how } = self.heard.recv().context("the dry run was lost")?;
            if analyzer == self.name {
                return Ok(how);
            }
        }
    }

    fn add_one_that_finds_nothing(&mut self, name: &str) -> Result<()> {
        let wanted = AnalyzerToLoad {
            name: name.to_owned(),
            version: String::new(),
            path: String::new(),
            settings: "{}".to_owned(),
            models: Default::default(),
            absent_models: Default::default(),
            missing: None,
            call_limit_s: self.call_limit.as_secs_f64(),
            memory_mib: 0,
            measure: false,
            known_at_work: true,
        };
        let shared = Arc::new(Shared::new(&wanted, &self.shared.device, 1, &self.daemon));
        let plugin = Plugin::in_process::<FindsNothing>();
        let analyzer = in_memory(&plugin, &shared).map_err(|(_, reason)| anyhow!(reason))?;
        let watched = Watched::new(&Arc::default(), true);
        let loaded = Loaded { analyzer, shared, call_limit: self.call_limit, watched };
        self.analyzers.insert(name.to_owned(), Arc::new(loaded));
        Ok(())
    }
}

/// The findings of a session as they go to the daemon.
#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow)]
    segments: Vec<&'a RawValue>,
    summary: Box<RawValue>,
}

/// A link whose other end is heard here from now on: an analyzer that says more than a socket holds must not wait.
fn nobody_but_us() -> Result<(link::Sender, mpsc::Receiver<Heard>)> {
    let (here, there) = UnixStream::pair().context("no sockets")?;
    let (sender, _) = link::ends(here)?;
    let (_, receiver) = link::ends(there)?;
    let (tell, heard) = mpsc::channel();
    thread::Builder::new()
        .name("hearing".to_owned())
        .spawn(move || hear(receiver, &tell))
        .context("cannot start a thread")?;
    Ok((sender, heard))
}

fn hear(mut receiver: link::Receiver, tell: &mpsc::Sender<Heard>) {
    while let Ok(Some((message, body, _))) = receiver.receive::<FromAnalyze>() {
        let heard = match message {
            FromAnalyze::Log { analyzer, message, .. } => {
                eprintln!("{analyzer}: {message}");
                continue;
            }
            FromAnalyze::Finished { analyzer, outcome, .. } => {
                Heard { analyzer, how: Ended::Finished(outcome, body) }
            }
            FromAnalyze::Hung { analyzer, call, limit_s, .. } => {
                Heard { analyzer, how: Ended::Hung { call, limit_s } }
            }
            _ => continue,
        };
        if tell.send(heard).is_err() {
            return;
        }
    }
}

/// Stands in for an analyzer whose findings another gets frame by frame.
struct FindsNothing;

impl Analyzer for FindsNothing {
    type Session = FindsNothing;

    fn description() -> Description {
        Description::new("finds_nothing", "1.0.0", "looks, and finds nothing")
    }

    fn load(_host: &Host) -> va_analyzer_sdk::Result<Self> {
        Ok(FindsNothing)
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> va_analyzer_sdk::Result<FindsNothing> {
        Ok(FindsNothing)
    }
}

impl Session for FindsNothing {
    fn finish(&mut self, _findings: &mut Findings) -> va_analyzer_sdk::Result<Summary> {
        Summary::of(&json!({}))
    }
}
