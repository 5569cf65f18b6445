//! The books of a run: which model still waits for what, and how each ended.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use va_models::store::Manifest;
use va_models::table::Model;

use crate::error::ModelError;
use crate::plan::Download;
use crate::run::{Event, Fetched, Job, Message, Report};

/// Which model still waits for what.
pub(crate) struct Books<'a, 'b> {
    job: &'b Job<'a>,
    waiting: Vec<Waiting<'a>>,
    making: usize,
    fetched: Fetched,
    pub(crate) report: Report,
}

struct Waiting<'a> {
    model: &'a Model,
    files: BTreeSet<String>,
    environment: bool,
}

impl<'a, 'b> Books<'a, 'b> {
    pub(crate) fn open(job: &'b Job<'a>) -> Self {
        let waiting = |model: &&'a Model| Waiting {
            model,
            files: job.plan.files(model),
            environment: job.plan.converts(model),
        };
        let waiting = job.plan.models.iter().map(waiting).collect();
        Books { job, waiting, making: 0, fetched: Fetched::new(), report: Report::default() }
    }

    pub(crate) fn keep(mut self, receive: &Receiver<Message<'a>>) -> Self {
        self.release();
        while !self.waiting.is_empty() || self.making > 0 {
            let Ok(message) = receive.recv() else { break };
            match message {
                Message::Fetched(download, Ok(path)) => self.fetched(download, path),
                Message::Fetched(download, Err(error)) => {
                    self.fail(error, |waiting| waiting.files.contains(&download.file));
                }
                Message::Environment(Ok(())) => {
                    self.waiting.iter_mut().for_each(|model| model.environment = false)
                }
                Message::Environment(Err(error)) => self.fail(error, |waiting| waiting.environment),
                Message::Made(model, made) => self.made(model, made),
            }
            self.release();
        }
        self
    }

    fn fetched(&mut self, download: &Download, path: PathBuf) {
        self.report.fetched += download.bytes;
        self.fetched.insert(download.file.clone(), path);
        for waiting in &mut self.waiting {
            waiting.files.remove(&download.file);
        }
    }

    fn made(&mut self, model: &Model, made: Result<Manifest, ModelError>) {
        self.making -= 1;
        match made {
            Ok(manifest) => {
                (self.job.tell)(Event::Installed { manifest: &manifest });
                self.report.installed.push(manifest);
            }
            Err(error) => self.failed(model, &Arc::new(error)),
        }
    }

    fn fail(&mut self, error: ModelError, concerns: impl Fn(&Waiting<'_>) -> bool) {
        let error = Arc::new(error);
        for waiting in self.waiting.extract_if(.., |waiting| concerns(waiting)).collect::<Vec<_>>() {
            self.failed(waiting.model, &error);
        }
    }

    fn failed(&mut self, model: &Model, error: &Arc<ModelError>) {
        (self.job.tell)(Event::Failed { model: &model.name, error });
        self.report.failed.push((model.name.clone(), error.clone()));
    }

    /// Gives on what waits for nothing any more.
    fn release(&mut self) {
        let is_ready = |waiting: &mut Waiting<'_>| waiting.files.is_empty() && !waiting.environment;
        for ready in self.waiting.extract_if(.., is_ready) {
            self.making += 1;
            self.job.to_make.push(ready.model.bytes(), (ready.model, self.fetched.clone()));
        }
    }

    /// Files that no model needs again.
    pub(crate) fn done_with(&self) -> impl Iterator<Item = &str> {
        let failed = |model: &&&Model| self.report.failed.iter().any(|(name, _)| *name == model.name);
        let models = self.job.plan.models.iter();
        let kept: BTreeSet<String> =
            models.filter(failed).flat_map(|model| self.job.plan.files(model)).collect();
        let files = self.job.plan.downloads.iter().map(|download| download.file.as_str());
        files.filter(move |file| !kept.contains(*file))
    }
}
