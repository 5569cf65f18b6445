//! The task that owns the analyzers' files, what was switched by hand, and what crashed. It publishes a registry after
//! each change; others send it commands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::discovery::describe_all;
use super::file::{Identity, Origin};
use super::overrides::Overrides;
use super::quarantine::{Crash, Record, Rules, Standing};
use super::registry::{Plugin, Registry, Wishes};
use super::{install, watch as folders};
use crate::config::Config;
use crate::memory::Memory;
use crate::state_dir::StateDir;
use crate::workers::Programs;

/// The registry, once the plugin folders were read for the first time.
#[derive(Debug, Clone)]
pub(crate) struct Known(watch::Receiver<Option<Arc<Registry>>>);

impl Known {
    /// As it is now; waits until the plugin folders were read.
    pub(crate) async fn get(&mut self) -> Arc<Registry> {
        match self.0.wait_for(Option::is_some).await {
            Ok(registry) => registry.clone().unwrap_or_default(),
            // The catalogue was stopped: the daemon is about to end.
            Err(_) => Arc::default(),
        }
    }

    /// As it is now, where it has changed since it was looked at last.
    pub(crate) fn news(&mut self) -> Option<Arc<Registry>> {
        if self.0.has_changed().unwrap_or(false) { self.0.borrow_and_update().clone() } else { None }
    }

    /// Waits for a change.
    pub(crate) async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What the run of an analyzer says of it.
#[derive(Debug, Clone)]
pub(crate) enum Run {
    Good,
    /// It took its worker with it, or kept it for ever.
    Fault {
        how: String,
        stderr: Vec<String>,
    },
}

/// What is remembered of an analyzer's crashes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble {
    pub(crate) in_a_row: u32,
    pub(crate) last: Option<Crash>,
    pub(crate) standing: Standing,
}

/// The catalogue, for others. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Plugins {
    commands: mpsc::UnboundedSender<Command>,
    programs: Arc<Programs>,
}

#[derive(Debug)]
enum Command {
    Look,
    Ran(Vec<(String, Run)>),
    Wish(Wish, oneshot::Sender<Result<()>>),
    Trouble(String, oneshot::Sender<Trouble>),
    TryAgain,
}

/// What a person wants.
#[derive(Debug)]
pub(crate) enum Wish {
    Enable {
        name: String,
        enabled: bool,
        group: Option<String>,
    },
    /// The file was put into the daemon's folder; others of that analyzer there go.
    Added {
        path: PathBuf,
        name: String,
        group: Option<String>,
    },
    Remove {
        name: String,
        path: PathBuf,
    },
    /// Look again, also where nothing has changed: at one analyzer, or at all.
    Reload {
        name: Option<String>,
    },
}

/// Starts it, and reads the plugin folders.
///
/// # Errors
/// Where the folder of added plugins cannot be made.
pub(crate) fn keep(
    programs: Programs,
    config: Arc<Config>,
    memory: Memory,
    state: &StateDir,
) -> Result<(Plugins, Known, JoinHandle<()>)> {
    install::prepare(&programs.added)?;
    let (commands, inbox) = mpsc::unbounded_channel();
    let (published, known) = watch::channel(None);
    let plugins = Plugins { commands: commands.clone(), programs: Arc::new(programs.clone()) };
    let state_file = state.path().join("plugins.json");
    let overrides = Overrides::load(&state_file);
    let catalogue = Catalogue {
        programs,
        wishes: Wishes { config, overrides, ..Wishes::default() },
        memory,
        state_file,
        plugins: Vec::new(),
        reloads: BTreeMap::new(),
        records: BTreeMap::new(),
        published,
        commands: commands.downgrade(),
        waiting: JoinSet::new(),
    };
    Ok((plugins, Known(known), tokio::spawn(catalogue.run(inbox))))
}

impl Plugins {
    /// How analyzers did in a job.
    pub(crate) fn ran(&self, runs: impl Iterator<Item = (String, Run)>) {
        let _ = self.commands.send(Command::Ran(runs.collect()));
    }

    /// Does what a person wants; the registry that comes of it is published by then.
    ///
    /// # Errors
    /// Where the state folder cannot be written.
    pub(crate) async fn wish(&self, wish: Wish) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let _ = self.commands.send(Command::Wish(wish, answer));
        answered.await.context("the daemon is stopping")?
    }

    pub(crate) async fn trouble(&self, name: &str) -> Trouble {
        let (answer, answered) = oneshot::channel();
        let _ = self.commands.send(Command::Trouble(name.to_owned(), answer));
        answered.await.unwrap_or_default()
    }

    /// The worker that checks plugins, and the daemon's own folder of them.
    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }
}

struct Catalogue {
    programs: Programs,
    wishes: Wishes,
    memory: Memory,
    state_file: PathBuf,
    /// As they were found, in the order in which they count.
    plugins: Vec<Plugin>,
    /// How often people had a file looked at again.
    reloads: BTreeMap<PathBuf, u32>,
    records: BTreeMap<String, Record>,
    published: watch::Sender<Option<Arc<Registry>>>,
    commands: mpsc::WeakUnboundedSender<Command>,
    /// Clocks, and the watch over the folders.
    waiting: JoinSet<()>,
}

impl Catalogue {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        // Watched before they are read, so that nothing that comes meanwhile is missed.
        let commands = self.commands.clone();
        let watched = std::iter::once(&self.programs.added).chain(&self.programs.plugin_folders).cloned();
        self.waiting.spawn(folders::watch(watched.collect(), move || {
            if let Some(commands) = commands.upgrade() {
                let _ = commands.send(Command::Look);
            }
        }));
        let begun = Instant::now();
        self.look().await;
        let registry = self.publish();
        let names: Vec<&str> = registry.names().collect();
        tracing::info!(took_ms = begun.elapsed().as_millis() as u64, "analyzers: {}", names.join(", "));
        while let Some(command) = inbox.recv().await {
            match command {
                Command::Look => {
                    if self.look().await {
                        self.publish();
                    }
                }
                Command::Ran(runs) => self.ran(runs),
                Command::Wish(wish, answer) => drop(answer.send(self.grant(wish).await)),
                Command::Trouble(name, answer) => drop(answer.send(self.trouble(&name))),
                Command::TryAgain => drop(self.publish()),
            }
        }
    }

    /// Describes what is new or has changed. Whether there was anything.
    async fn look(&mut self) -> bool {
        let files = self.programs.plugin_files();
        let mut plugins = Vec::with_capacity(files.len());
        let mut new = Vec::new();
        for path in files {
            let identity = Identity::of(&path, self.reloads.get(&path).copied().unwrap_or(0));
            let known = self.plugins.iter().find(|plugin| plugin.path == path && plugin.identity == identity);
            match known {
                Some(plugin) => plugins.push((path, Some(plugin.clone()))),
                None => {
                    let added = path.starts_with(&self.programs.added);
                    let origin = if added { Origin::Added } else { Origin::Folder };
                    new.push((path.clone(), identity, origin));
                    plugins.push((path, None));
                }
            }
        }
        let changed = !new.is_empty() || plugins.len() != self.plugins.len();
        let mut described = describe_all(&self.programs, new).await;
        for plugin in &described {
            let place = plugin.path.display();
            match &plugin.described {
                Ok(description) => {
                    tracing::debug!(plugin = %place, "has {} {}", description.name, description.version)
                }
                Err(reason) => tracing::warn!(plugin = %place, "not usable: {reason}"),
            }
        }
        let mut taken = |path: &Path| {
            let at = described.iter().position(|plugin| plugin.path == path)?;
            Some(described.swap_remove(at))
        };
        self.plugins =
            plugins.into_iter().filter_map(|(path, known)| known.or_else(|| taken(&path))).collect();
        changed
    }

    fn publish(&mut self) -> Arc<Registry> {
        let now = Instant::now();
        let crashed = self.records.iter().map(|(name, record)| {
            let how = record.last.as_ref().map_or_else(String::new, |crash| crash.how.clone());
            (name.clone(), (record.standing(now), how))
        });
        self.wishes.standing = crashed.filter(|(_, (standing, _))| *standing != Standing::Free).collect();
        self.wishes.measured = self.memory.measured();
        let registry = Arc::new(Registry::new(self.plugins.clone(), self.wishes.clone()));
        self.wishes.placed.clone_from(registry.placed());
        self.published.send_replace(Some(Arc::clone(&registry)));
        registry
    }

    fn ran(&mut self, runs: Vec<(String, Run)>) {
        let (rules, now) = (self.rules(), Instant::now());
        let mut changed = false;
        for (name, run) in runs {
            match run {
                Run::Good => {
                    if let Some(record) =
                        self.records.get_mut(&name).filter(|record| record.crashes_in_a_row() > 0)
                    {
                        changed |= record.standing(now) != Standing::Free;
                        record.clear();
                    }
                }
                Run::Fault { how, stderr } => {
                    let record = self.records.entry(name.clone()).or_default();
                    record.crashed(Crash { at: SystemTime::now(), how, stderr }, rules, now);
                    if let Standing::Held { until, crashes } = record.standing(now) {
                        let pause_s = (until - now).as_secs_f64();
                        tracing::warn!(analyzer = %name, crashes, "left out for {pause_s:.0} s, as it crashes again and again");
                        self.wishes.quarantines += 1;
                        self.try_again_after(until - now);
                        changed = true;
                    }
                }
            }
        }
        if changed {
            self.publish();
        }
    }

    fn try_again_after(&mut self, pause: Duration) {
        let commands = self.commands.clone();
        self.waiting.spawn(async move {
            // A little more, so that the pause is over by then.
            tokio::time::sleep(pause + Duration::from_millis(1)).await;
            if let Some(commands) = commands.upgrade() {
                let _ = commands.send(Command::TryAgain);
            }
        });
    }

    async fn grant(&mut self, wish: Wish) -> Result<()> {
        match wish {
            Wish::Enable { name, enabled, group } => {
                self.wishes.overrides.enable(&name, enabled);
                if let Some(group) = group {
                    self.wishes.overrides.move_to(&name, &group);
                }
                self.wishes.overrides.save(&self.state_file)?;
                self.pardon(&name);
            }
            Wish::Added { path, name, group } => {
                self.look().await;
                self.remove_added(&name, Some(&path))?;
                if let Some(group) = group {
                    self.wishes.overrides.move_to(&name, &group);
                    self.wishes.overrides.save(&self.state_file)?;
                }
                self.pardon(&name);
            }
            Wish::Remove { name, path } => {
                std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                self.remove_added(&name, None)?;
                self.wishes.overrides.forget(&name);
                self.wishes.overrides.save(&self.state_file)?;
                self.records.remove(&name);
                self.look().await;
            }
            Wish::Reload { name } => {
                let wanted = self
                    .plugins
                    .iter()
                    .filter(|plugin| name.as_ref().is_none_or(|name| plugin.name() == *name));
                let paths: Vec<PathBuf> = wanted.map(|plugin| plugin.path.clone()).collect();
                for path in paths {
                    *self.reloads.entry(path).or_default() += 1;
                }
                self.look().await;
                if let Some(name) = &name {
                    self.pardon(name);
                }
            }
        }
        self.publish();
        Ok(())
    }

    fn pardon(&mut self, name: &str) {
        if let Some(record) = self.records.get_mut(name) {
            record.clear();
        }
    }

    /// Removes the files of an analyzer from the daemon's own folder, but for one.
    fn remove_added(&mut self, name: &str, but: Option<&Path>) -> Result<()> {
        let its = self.plugins.iter().filter(|plugin| {
            plugin.origin == Origin::Added && but != Some(&plugin.path) && plugin.name() == name
        });
        for path in its.map(|plugin| plugin.path.clone()).collect::<Vec<_>>() {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => self.plugins.retain(|plugin| plugin.path != path),
            }
        }
        Ok(())
    }

    fn trouble(&self, name: &str) -> Trouble {
        let record = self.records.get(name).cloned().unwrap_or_default();
        let standing = record.standing(Instant::now());
        Trouble { in_a_row: record.crashes_in_a_row(), last: record.last, standing }
    }

    fn rules(&self) -> Rules {
        let plugins = &self.wishes.config.plugins;
        Rules { after: plugins.quarantine_after, pause: Duration::from_secs_f64(plugins.quarantine_s) }
    }
}
