//! `va-daemon`: accepts jobs, supervises the workers that do them, and serves the results over a Unix socket.
//!
//! Nothing foreign runs in this process: no FFmpeg, no models, no plugins. Whatever breaks breaks in a worker.

mod allocator;
mod args;
mod config;
#[cfg(test)]
mod documentation;
mod http;
mod jobs;
mod memory;
mod models;
mod plugins;
mod state_dir;
mod telemetry;
mod workers;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::args::Arguments;
use crate::config::Config;
use crate::memory::Memory;
use crate::models::Models;
use crate::state_dir::StateDir;
use crate::workers::{Confinement, Programs};
use clap::Parser;

/// The caller's mistake: a bad configuration, or another daemon that is there already.
const EXIT_USAGE: u8 = 2;
const EXIT_INTERNAL: u8 = 5;

fn main() -> ExitCode {
    let begun = Instant::now();
    let arguments = Arguments::parse();
    if let Err(error) = telemetry::start(arguments.log_file.as_deref()) {
        eprintln!("va-daemon: {error:#}");
        return ExitCode::from(EXIT_USAGE);
    }
    // One thread for all of the daemon: it only passes messages on. Workers are children of this very thread, which
    // must outlive them: they ask the kernel to end them with it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // What touches the disk is short, and its threads are not kept.
        .max_blocking_threads(4)
        .thread_keep_alive(Duration::from_secs(1))
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return internal(&error.into()),
    };
    // Before there is a socket: who finds one may ask the daemon to end.
    let signals = match Signals::listen(&runtime) {
        Ok(signals) => signals,
        Err(error) => return internal(&error.into()),
    };
    let prepared = match prepare(&arguments) {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::error!("{error:#}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match runtime.block_on(run(arguments, prepared, signals, begun)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => internal(&error),
    }
}

fn internal(error: &anyhow::Error) -> ExitCode {
    tracing::error!("{error:#}");
    ExitCode::from(EXIT_INTERNAL)
}

/// Those that ask the daemon to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen(runtime: &Runtime) -> std::io::Result<Self> {
        let _inside = runtime.enter();
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Signals { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// What must be there before anything is started.
struct Prepared {
    config: Arc<Config>,
    programs: Programs,
    models: Arc<Models>,
    state_dir: StateDir,
    listener: std::os::unix::net::UnixListener,
}

/// The socket comes last: who can connect is answered.
fn prepare(arguments: &Arguments) -> Result<Prepared> {
    let config = Arc::new(Config::load(arguments.config.as_deref())?);
    let programs = Programs::beside_this_one(&arguments.plugins, &config, &arguments.state_dir)?;
    let models = Arc::new(Models::open(&config.models, &arguments.state_dir)?);
    let state_dir = StateDir::open(&arguments.state_dir)?;
    let programs = programs.confined(&config.sandbox, &[models.folder()]);
    let listener = http::listen::bind(&arguments.socket())?;
    Ok(Prepared { config, programs, models, state_dir, listener })
}

async fn run(arguments: Arguments, prepared: Prepared, signals: Signals, begun: Instant) -> Result<()> {
    let Prepared { config, programs, models, state_dir, listener } = prepared;
    let stopping = CancellationToken::new();
    let sandbox = Confinement::new(&programs);
    if !config.sandbox.enabled {
        tracing::warn!("workers may do what this user may: sandbox.enabled is false");
    }
    let memory = Memory::open(Arc::clone(&config), programs.worker.clone(), state_dir.path());
    let (plugins, registry, catalogue) =
        plugins::keep(programs.clone(), Arc::clone(&config), memory.clone(), &state_dir)?;
    let (workers, supervision) =
        workers::supervise(programs, Arc::clone(&config), Arc::clone(&models), registry.clone(), memory);
    let results = jobs::Results::open(&state_dir, config.jobs.stored_results)?;
    let (jobs, scheduling) = jobs::schedule(
        Arc::clone(&config),
        Arc::clone(&models),
        registry.clone(),
        plugins.clone(),
        workers.clone(),
        results,
        stopping.clone(),
    );

    let state = http::Daemon {
        begun,
        arguments: Arc::new(arguments.clone()),
        sandbox: Arc::new(sandbox),
        models,
        config,
        registry,
        plugins,
        workers: workers.clone(),
        jobs: jobs.clone(),
        stopping: stopping.clone(),
    };
    let serving = tokio::spawn(http::serve(listener, state));
    tracing::info!(socket = %arguments.socket().display(), ready_ms = begun.elapsed().as_millis() as u64, "ready");

    wait_for_the_end(&stopping, signals).await;
    tracing::info!("stopping: no more jobs are taken; the running ones may finish");
    stopping.cancel();
    scheduling.await.context("the scheduler ended badly")?;
    workers.stop().await;
    supervision.await.context("the supervisor ended badly")?;
    catalogue.abort();
    jobs.results().owed().settled().await;
    http::listen::unbind(&arguments.socket());
    serving.abort();
    tracing::info!("stopped");
    Ok(())
}

/// A signal, or a request to stop. A signal after that ends the process at once.
async fn wait_for_the_end(stopping: &CancellationToken, mut signals: Signals) {
    tokio::select! {
        () = signals.next() => {}
        () = stopping.cancelled() => {}
    }
    tokio::spawn(async move {
        signals.next().await;
        tracing::warn!("stopping at once: asked for twice");
        std::process::exit(i32::from(EXIT_INTERNAL));
    });
}
