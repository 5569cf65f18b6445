//! Carries a plan out: some threads fetch, some assemble, this one keeps the books.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};

use va_models::store::{Manifest, Store, StoreError};
use va_models::table::Model;

use crate::assemble::Workshop;
use crate::books::Books;
use crate::error::ModelError;
use crate::fetch::Fetching;
use crate::locate::locate;
use crate::plan::{Download, Origin, Plan};
use crate::queue::Queue;
use crate::recipes::Environment;
use crate::tools::Tools;

/// Files that are fetched at once.
const FETCHERS: usize = 4;
/// Models that are assembled at once: a conversion takes a core, and up to 0.6 GB.
const ASSEMBLERS: usize = 2;

/// What happens, as it happens; from several threads.
#[derive(Debug)]
pub enum Event<'a> {
    /// Another process changes the store.
    Waiting,
    /// Asking the registries' clients where archives lie.
    Locating,
    Fetching {
        file: &'a str,
        at: u64,
        of: u64,
    },
    Fetched {
        file: &'a str,
        bytes: u64,
    },
    /// The environment of the recipes is made, or found.
    Preparing,
    Prepared,
    Making {
        model: &'a str,
    },
    Installed {
        manifest: &'a Manifest,
    },
    Failed {
        model: &'a str,
        error: &'a ModelError,
    },
}

/// How it ended.
#[derive(Debug, Default)]
pub struct Report {
    pub installed: Vec<Manifest>,
    /// Names of models, each with why it was not installed. What is shared by several is told for each.
    pub failed: Vec<(String, Arc<ModelError>)>,
    /// Bytes of archives, downloaded or found.
    pub fetched: u64,
}

pub(crate) type Tell<'a> = &'a (dyn Fn(Event<'_>) + Sync);
/// Where each download lies.
pub(crate) type Fetched = BTreeMap<String, PathBuf>;

/// To the thread that keeps the books.
pub(crate) enum Message<'a> {
    Fetched(&'a Download, Result<PathBuf, ModelError>),
    Environment(Result<(), ModelError>),
    Made(&'a Model, Result<Manifest, ModelError>),
}

/// What all threads of a run share.
pub(crate) struct Job<'a> {
    pub(crate) plan: &'a Plan<'a>,
    workshop: Workshop<'a>,
    tools: &'a Tools,
    pub(crate) tell: Tell<'a>,
    environment: OnceLock<Environment>,
    to_fetch: Queue<&'a Download>,
    pub(crate) to_make: Queue<(&'a Model, Fetched)>,
}

/// Installs what the plan says. What one model lacks does not keep the others.
///
/// # Errors
/// Where the store cannot be written at all.
pub fn run(plan: &Plan<'_>, store: &Store, tools: &Tools, tell: Tell<'_>) -> Result<Report, StoreError> {
    let mut waited = false;
    let lock = store.lock(|| {
        waited = true;
        tell(Event::Waiting);
    })?;
    let plan = if waited { &plan.without_installed(store) } else { plan };
    let (environment, to_fetch, to_make) = (OnceLock::new(), Queue::new(), Queue::new());
    let workshop = Workshop { table: plan.table, store, lock: &lock };
    let job = Job { plan, workshop, tools, tell, environment, to_fetch, to_make };
    std::thread::scope(|scope| {
        let (send, receive) = channel();
        let _closes = Closes(&job);
        if job.needs_environment() {
            let send = send.clone();
            scope.spawn(|| job.prepare(send));
        }
        let fetching = Arc::new(job.fetching(store)?);
        for download in &plan.downloads {
            job.to_fetch.push(download.bytes, download);
        }
        for _ in 0..FETCHERS.min(plan.downloads.len()) {
            let (fetching, send) = (fetching.clone(), send.clone());
            scope.spawn(|| job.fetch(fetching, send));
        }
        for _ in 0..ASSEMBLERS.min(plan.models.len()) {
            let send = send.clone();
            scope.spawn(|| job.make(send));
        }
        drop(send);
        let books = Books::open(&job).keep(&receive);
        fetching.forget(books.done_with());
        Ok(books.report)
    })
}

impl<'a> Job<'a> {
    fn needs_environment(&self) -> bool {
        self.plan.models.iter().any(|model| self.plan.converts(model))
    }

    fn prepare(&self, send: Sender<Message<'a>>) {
        (self.tell)(Event::Preparing);
        let Workshop { table, store, lock } = self.workshop;
        let made = Environment::prepare(self.tools, store, lock, table.recipes.values());
        let _ = send.send(Message::Environment(made.map(|made| {
            let _ = self.environment.set(made);
            (self.tell)(Event::Prepared);
        })));
    }

    fn fetching(&self, store: &Store) -> Result<Fetching<'a>, StoreError> {
        let package = |download: &'a Download| match &download.origin {
            Origin::Package(package) if self.plan.from.is_none() => Some(package),
            _ => None,
        };
        let packages: Vec<_> = self.plan.downloads.iter().filter_map(package).collect();
        let located = match packages.is_empty() {
            true => BTreeMap::new(),
            false => {
                (self.tell)(Event::Locating);
                locate(self.tools, &packages)
            }
        };
        Fetching::new(self.tools, store.path(), self.plan.from.as_deref(), located)
    }

    fn fetch(&self, fetching: Arc<Fetching<'_>>, send: Sender<Message<'a>>) {
        while let Some(download) = self.to_fetch.pop() {
            let (file, of) = (download.file.as_str(), download.bytes);
            let fetched = fetching.fetch(download, &|at| (self.tell)(Event::Fetching { file, at, of }));
            if fetched.is_ok() {
                (self.tell)(Event::Fetched { file, bytes: of });
            }
            let _ = send.send(Message::Fetched(download, fetched));
        }
    }

    fn make(&self, send: Sender<Message<'a>>) {
        while let Some((model, fetched)) = self.to_make.pop() {
            (self.tell)(Event::Making { model: &model.name });
            let environment = self.environment.get();
            let made = match (&self.plan.from, self.plan.is_brought(model)) {
                (Some(from), true) => self.workshop.bring(model, from, environment),
                _ => self.workshop.assemble(model, &fetched, environment),
            };
            let _ = send.send(Message::Made(model, made));
        }
    }
}

/// Lets the threads end on every way out.
struct Closes<'a, 'b>(&'a Job<'b>);

impl Drop for Closes<'_, '_> {
    fn drop(&mut self) {
        self.0.to_fetch.close();
        self.0.to_make.close();
    }
}
