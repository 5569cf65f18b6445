//! What each command does.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::CommandFactory;
use http_body_util::BodyExt;
use hyper::Method;
use serde::Serialize;
use va_protocol::api::analyzer::AnalyzerInfo;
use va_protocol::api::job::{JobEvent, JobRequest, PathEncoding, percent_encode};
use va_protocol::api::result::{Document, DocumentStatus};
use va_protocol::api::status::Status;

use crate::client::Client;
use crate::exit::{self, Failure};
use crate::{Arguments, Command, Daemon, Format, Plugins, private_daemon};

pub(crate) async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let socket = arguments.socket.unwrap_or_else(|| private_daemon::state_dir().join("va.sock"));
    match arguments.command {
        Command::Analyze { file, analyzers, output, format, fresh } => {
            return analyze(&socket, &file, analyzers, output, format, fresh).await;
        }
        Command::Plugins(Plugins::List { format }) => {
            let list: Vec<AnalyzerInfo> = Client::connect(&socket).await?.get("/v1/analyzers").await?;
            if format == Format::Json {
                return print_json(&list);
            }
            for analyzer in list {
                let state = format!("{:?}", analyzer.state).to_lowercase();
                let more = analyzer.reason.or(analyzer.input).unwrap_or_default();
                println!(
                    "{:<22} {:<8} {:<12} {more}",
                    analyzer.name,
                    analyzer.version.unwrap_or_default(),
                    state
                );
            }
        }
        Command::Status { format } | Command::Daemon(Daemon::Status { format }) => {
            let status: Status = Client::connect(&socket).await?.get("/v1/status").await?;
            if format == Format::Json {
                return print_json(&status);
            }
            println!("va-daemon {} (pid {}) at {}", status.version, status.pid, status.socket);
            println!(
                "jobs: {} running, {} queued, {} finished",
                status.jobs.running, status.jobs.queued, status.jobs.finished
            );
            for worker in status.workers {
                let what = worker.group.unwrap_or_else(|| format!("{:?}", worker.role).to_lowercase());
                let pid = worker.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
                println!("worker {what:<12} pid {pid:<8} {:?}, restarts: {}", worker.state, worker.restarts);
            }
        }
        Command::Schema => return print_json(&va_protocol::api::result::schema()),
        Command::Daemon(Daemon::Start) => {
            if Client::connect(&socket).await.is_err() {
                private_daemon::start(&socket).await?;
            }
            println!("a daemon answers at {}", socket.display());
        }
        Command::Daemon(Daemon::Stop) => stop(&socket).await?,
        Command::Daemon(Daemon::Logs) => {
            let path = private_daemon::log_file();
            let log = std::fs::read(&path)
                .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
            print(&log)?;
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "vactl", &mut std::io::stdout());
        }
    }
    Ok(exit::SUCCESS)
}

async fn stop(socket: &Path) -> Result<(), Failure> {
    let mut client = Client::connect(socket).await?;
    let status: Status = client.get("/v1/status").await?;
    client.send(Method::POST, "/v1/shutdown", Bytes::new()).await?;
    // The kernel has no event for the end of somebody else's process that needs no rights; its folder in /proc goes.
    let process = PathBuf::from(format!("/proc/{}", status.pid));
    let ended = async {
        while socket.exists() && process.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, ended)
        .await
        .map_err(|_| Failure::internal("the daemon still finishes its jobs after 60 s"))
}

async fn analyze(
    socket: &Path,
    file: &Path,
    analyzers: Option<Vec<String>>,
    output: Option<PathBuf>,
    format: Format,
    fresh: bool,
) -> Result<u8, Failure> {
    let unusable =
        |error: std::io::Error| Failure::usage(format!("cannot analyse {}: {error}", file.display()));
    let metadata = std::fs::metadata(file).map_err(unusable)?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("cannot analyse {}: it is no file", file.display())));
    }
    let to_stdout = output.as_deref() == Some(Path::new("-"));
    let target = output.filter(|_| !to_stdout);
    if let Some(folder) =
        target.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        return Err(Failure::usage(format!(
            "cannot write into {}: there is no such folder",
            folder.display()
        )));
    }
    let mut client = match Client::connect(socket).await {
        Ok(client) => client,
        Err(_) => private_daemon::start(socket).await?,
    };
    let path = std::path::absolute(file).map_err(unusable)?;
    let request = match path.to_str() {
        Some(path) => JobRequest { path: path.to_owned(), analyzers, fresh, ..JobRequest::default() },
        None => {
            let path = percent_encode(path.as_os_str().as_bytes());
            JobRequest { path, path_encoding: PathEncoding::Percent, analyzers, fresh }
        }
    };
    let (job, status) = watch(&mut client, &request).await?;
    let document = Client::connect(socket).await?.get_bytes(&format!("/v1/jobs/{job}/result")).await?;
    if let Some(target) = &target {
        write(target, &document)?;
    }
    if to_stdout || format == Format::Json {
        print(&document)?;
    } else {
        summarise(&document)?;
    }
    Ok(if status == DocumentStatus::Success { exit::SUCCESS } else { exit::PARTIAL })
}

/// Follows a job to its end: its name, and the document's status.
async fn watch(client: &mut Client, request: &JobRequest) -> Result<(String, DocumentStatus), Failure> {
    let body = serde_json::to_vec(request).map_err(|error| Failure::internal(error.to_string()))?;
    let mut body = client.send(Method::POST, "/v1/jobs", Bytes::from(body)).await?.into_body();
    let mut lines = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::internal(format!("the daemon broke off: {error}")))?;
        lines.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        while let Some(end) = lines.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = lines.drain(..=end).collect();
            let event = serde_json::from_slice(&line);
            match event.map_err(|error| Failure::internal(format!("the daemon speaks nonsense: {error}")))? {
                JobEvent::Finished { job, status, .. } => return Ok((job, status)),
                JobEvent::Failed { problem, .. } => return Err(problem.into()),
                JobEvent::Queued { .. } | JobEvent::Started { .. } | JobEvent::Progress { .. } => {}
            }
        }
    }
    Err(Failure::internal("the daemon ended before the job did; `vactl daemon logs` may tell why"))
}

fn summarise(document: &[u8]) -> Result<(), Failure> {
    let document: Document = serde_json::from_slice(document)
        .map_err(|error| Failure::internal(format!("the document is not understood: {error}")))?;
    let video = &document.video;
    let status = format!("{:?}", document.status).to_lowercase();
    println!(
        "{}: {status}{}",
        video.path,
        document.error.map_or_else(String::new, |error| format!(" ({error})"))
    );
    let size = video
        .width
        .zip(video.height)
        .map_or_else(String::new, |(width, height)| format!(", {width}x{height}"));
    println!("{:.2} s, {} frames{size}", video.duration_s.unwrap_or(0.0), video.frame_count);
    for (name, result) in &document.analyzers {
        let status = format!("{:?}", result.status).to_lowercase();
        let seconds = result.timing.compute_s;
        println!(
            "\n{name}: {status}{}",
            result.reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"))
        );
        let mut summary: String = result.summary.get().split_whitespace().collect::<Vec<_>>().join(" ");
        if summary.chars().count() > 320 {
            summary = summary.chars().take(320).collect::<String>() + " …";
        }
        println!("  {seconds:.3} s, {} frames\n  {summary}", result.frames);
    }
    println!("\nanalysed in {:.2} s", document.metrics.processing_time_s);
    Ok(())
}

/// Whole or not at all.
fn write(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let unfinished = target.with_extension("part");
    let written = std::fs::File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, target)
    });
    written.map_err(|error| Failure::usage(format!("cannot write {}: {error}", target.display())))
}

fn print_json(value: &impl Serialize) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::internal(error.to_string()))?;
    print(format!("{text}\n").as_bytes())?;
    Ok(exit::SUCCESS)
}

/// A reader that has seen enough (`| head`) is no error.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    match std::io::stdout().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("cannot print: {error}")))
        }
        _ => Ok(()),
    }
}
