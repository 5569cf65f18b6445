//! What may go wrong between client and daemon.

use std::io::{Error, ErrorKind};
use std::path::PathBuf;

use va_protocol::api::problem::Problem;

pub(super) const CLOSED: &str = "the daemon closed the connection";

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no daemon; every socket that was tried, with the reason.
    #[error("no daemon answers at {}", told(tried))]
    NobodyAnswers { tried: Vec<(PathBuf, Error)> },
    /// There is one, but it is silent.
    #[error("no answer from the daemon at {} on {doing}: {why}", socket.display())]
    NoAnswer { socket: PathBuf, doing: &'static str, why: String },
    /// It closed the connection without a word: it has just ended, or was about to.
    #[error("no answer from the daemon at {} on {doing}: {CLOSED}", socket.display())]
    HungUp { socket: PathBuf, doing: &'static str },
    /// Its answer had begun.
    #[error("the connection to the daemon at {} broke while {doing}: {why}", socket.display())]
    BrokeOff { socket: PathBuf, doing: &'static str, why: String },
    /// Its answer is none that this client knows.
    #[error("cannot understand the daemon at {} while {doing}: {why}", socket.display())]
    NotUnderstood { socket: PathBuf, doing: &'static str, why: String },
    /// It said no.
    #[error("{}", .0.detail)]
    Refused(Problem),
}

fn told(tried: &[(PathBuf, Error)]) -> String {
    let one = |(socket, error): &(PathBuf, Error)| {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such socket".to_owned(),
            ErrorKind::ConnectionRefused => "nobody listens there any more".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        format!("{} ({why})", socket.display())
    };
    tried.iter().map(one).collect::<Vec<_>>().join(" or ")
}
