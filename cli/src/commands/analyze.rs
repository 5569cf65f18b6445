//! `vactl analyze`: a job for the daemon, followed to its end, and its document brought to where it is wanted.

use std::io::{ErrorKind, IsTerminal};
use std::path::Path;

use bytes::Bytes;
use va_protocol::api::job::JobEvent;
use va_protocol::api::result::{Document, DocumentStatus};

use crate::args::{Analyze, Format};
use crate::client::{Client, ClientError, Events};
use crate::document_target::DocumentTarget;
use crate::exit::{Exit, Failure};
use crate::output::{self, Kept, Style};
use crate::places::Places;
use crate::private_daemon;
use crate::progress::Display;
use crate::video::Video;

pub(super) async fn run(places: &Places, arguments: &Analyze) -> Result<Exit, Failure> {
    let video = Video::at(&arguments.file)?;
    let wanted = Wanted::by(arguments, &video, std::io::stdout().is_terminal())?;
    let job = video.job(arguments.analyzers.clone(), arguments.fresh);
    let about_it = |error: ClientError| about(&video, error);

    let mut display = Display::of(&video.path, arguments.quiet);
    let mut client = daemon(places, &display).await?;
    let events = match client.submit(&job).await {
        // It was just ending. What takes its place has the job to itself.
        Err(ClientError::HungUp { .. } | ClientError::NobodyAnswers { .. }) => {
            client = daemon(places, &display).await?;
            client.submit(&job).await
        }
        events => events,
    };
    let events = events.map_err(about_it)?;
    let finished = follow(events, &mut display).await.map_err(about_it)?;
    let document = client.document(&finished.job).await.map_err(about_it)?;
    drop(display);

    deliver(document, &finished, wanted, &video).await?;
    Ok(finished.status.into())
}

/// A daemon that answers; a private one is started where there is none.
async fn daemon(places: &Places, display: &Display) -> Result<Client, Failure> {
    match places.daemon().await {
        Ok(client) => Ok(client),
        Err(ClientError::NobodyAnswers { tried }) if !is_forbidden(places, &tried) => {
            display.say("starting the daemon");
            private_daemon::start(places).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether somebody serves the very socket that a private daemon would take, but not us.
fn is_forbidden(places: &Places, tried: &[(std::path::PathBuf, std::io::Error)]) -> bool {
    let private = places.private_socket().ok();
    tried.iter().any(|(socket, error)| {
        error.kind() == ErrorKind::PermissionDenied && Some(socket.as_path()) == private.as_deref()
    })
}

/// What the last event says of a job that has a document.
struct Finished {
    job: String,
    status: DocumentStatus,
    document: String,
    stored: bool,
}

async fn follow(mut events: Events, display: &mut Display) -> Result<Finished, ClientError> {
    loop {
        let event = events.next().await?;
        display.show(&event);
        match event {
            JobEvent::Finished { job, status, document, stored, .. } => {
                return Ok(Finished { job, status, document, stored });
            }
            JobEvent::Failed { problem, .. } => return Err(ClientError::Refused(problem)),
            JobEvent::Queued { .. } | JobEvent::Started { .. } | JobEvent::Progress { .. } => {}
        }
    }
}

/// Errors say what they are about; a daemon's own words do so already.
fn about(video: &Video, error: ClientError) -> Failure {
    let of_daemon = matches!(error, ClientError::Refused(_));
    let failure = Failure::from(error);
    if of_daemon {
        return failure;
    }
    let message = format!("cannot analyse {}: {}", video.path.display(), failure.message);
    Failure { message, ..failure }
}

/// What the caller wants of the document.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    file: Option<DocumentTarget>,
    print: Print,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Print {
    Summary,
    Document,
    Nothing,
}

impl Wanted {
    fn by(arguments: &Analyze, video: &Video, on_terminal: bool) -> Result<Self, Failure> {
        let Some(output) = &arguments.output else {
            let print = if arguments.format == Some(Format::Json) { Print::Document } else { Print::Summary };
            return Ok(Wanted { file: None, print });
        };
        if output == Path::new("-") {
            if arguments.format == Some(Format::Table) {
                let message =
                    "-o - writes the document to standard output, where --format table would print a summary";
                return Err(Failure::new(Exit::Usage, message).hint("leave out one of the two"));
            }
            return Ok(Wanted { file: None, print: Print::Document });
        }
        let print = match arguments.format {
            Some(Format::Json) => Print::Document,
            Some(Format::Table) => Print::Summary,
            None if on_terminal => Print::Summary,
            None => Print::Nothing,
        };
        Ok(Wanted { file: Some(DocumentTarget::at(output, &video.path)?), print })
    }
}

async fn deliver(document: Bytes, finished: &Finished, wanted: Wanted, video: &Video) -> Result<(), Failure> {
    let kept =
        wanted.file.as_ref().map_or(finished.document.clone(), |file| file.path().display().to_string());
    if let Some(file) = wanted.file {
        let document = document.clone();
        let written = tokio::task::spawn_blocking(move || file.write(&document)).await;
        written
            .map_err(|error| Failure::new(Exit::Internal, format!("cannot write the document: {error}")))??;
    }
    match wanted.print {
        Print::Summary => {
            let kept = Kept { path: &kept, stored: finished.stored };
            output::print(output::summary(&read(&document)?, kept, &Style::of_stdout())).await
        }
        Print::Document => {
            output::print(document.clone()).await?;
            explain(&document, finished.status, video)
        }
        Print::Nothing => explain(&document, finished.status, video),
    }
}

/// Without a summary, standard error tells what is wrong with a document, as the exit code does.
fn explain(document: &Bytes, status: DocumentStatus, video: &Video) -> Result<(), Failure> {
    let what = match status {
        DocumentStatus::Success => return Ok(()),
        DocumentStatus::Partial => "not all",
        DocumentStatus::Error => "nothing",
    };
    let error = read(document)?.error.unwrap_or_else(|| "the document does not say why".to_owned());
    let message = format!("{what} of {} could be analysed: {error}", video.path.display());
    Failure::new(status.into(), message).report();
    Ok(())
}

fn read(document: &Bytes) -> Result<Document, Failure> {
    serde_json::from_slice(document).map_err(|error| {
        Failure::new(Exit::Internal, format!("cannot understand the daemon's document: {error}"))
            .hint("vactl and va-daemon must be of one version; --format json prints the document as it is")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(
        output: Option<&str>,
        format: Option<Format>,
        on_terminal: bool,
    ) -> Result<(bool, Print), Exit> {
        let video = Video { path: "/v.mp4".into() };
        let output = output.map(Into::into);
        let arguments =
            Analyze { file: "/v.mp4".into(), analyzers: None, output, format, fresh: false, quiet: false };
        let wanted = Wanted::by(&arguments, &video, on_terminal).map_err(|failure| failure.exit)?;
        Ok((wanted.file.is_some(), wanted.print))
    }

    #[test]
    fn what_is_printed_follows_from_output_format_and_terminal() {
        for on_terminal in [false, true] {
            assert_eq!(wanted(None, None, on_terminal), Ok((false, Print::Summary)));
            assert_eq!(wanted(None, Some(Format::Json), on_terminal), Ok((false, Print::Document)));
            assert_eq!(wanted(Some("-"), None, on_terminal), Ok((false, Print::Document)));
            assert_eq!(wanted(Some("-"), Some(Format::Table), on_terminal), Err(Exit::Usage));
            assert_eq!(
                wanted(Some("/dev/null"), Some(Format::Table), on_terminal),
                Ok((true, Print::Summary))
            );
            assert_eq!(
                wanted(Some("/dev/null"), Some(Format::Json), on_terminal),
                Ok((true, Print::Document))
            );
        }
        assert_eq!(wanted(Some("/dev/null"), None, true), Ok((true, Print::Summary)));
        assert_eq!(wanted(Some("/dev/null"), None, false), Ok((true, Print::Nothing)));
    }
}
