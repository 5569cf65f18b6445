//! One HTTP call over a connection of its own.

use std::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use va_protocol::api::problem::Problem;

use super::ClientError;
use super::error::CLOSED;

/// An answer must begin within this time. How long it then goes on is the job's business.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// The same, where the daemon first loads models.
const LOADING_LIMIT: Duration = Duration::from_secs(900);
/// So much of an answer that makes no sense is shown, characters.
const SHOWN: usize = 200;

#[derive(Debug)]
pub(super) struct Call {
    pub(super) socket: PathBuf,
    pub(super) method: Method,
    pub(super) path: String,
    /// What the call is, for messages: `asking for its status`.
    pub(super) doing: &'static str,
    /// The answer must begin within this time.
    pub(super) limit: Duration,
}

/// A successful answer whose body is still to come.
#[derive(Debug)]
pub(super) struct Answer {
    socket: PathBuf,
    doing: &'static str,
    body: Incoming,
    /// The task that moves the bytes; it ends, and the connection with it, when this is dropped.
    _driver: JoinSet<()>,
}

impl Call {
    pub(super) async fn send(&self, body: Bytes) -> Result<Answer, ClientError> {
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|error| ClientError::NobodyAnswers { tried: vec![(self.socket.clone(), error)] })?;
        let mut driver = JoinSet::new();
        let response = tokio::time::timeout(self.limit, self.exchange(stream, body, &mut driver)).await;
        let response = response
            .map_err(|_| self.no_answer(format!("nothing came within {} s", self.limit.as_secs())))?
            .map_err(|error| match is_closed(&error) {
                true => ClientError::HungUp { socket: self.socket.clone(), doing: self.doing },
                false => self.no_answer(told(&error)),
            })?;
        let status = response.status();
        let answer = Answer {
            socket: self.socket.clone(),
            doing: self.doing,
            body: response.into_body(),
            _driver: driver,
        };
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.whole().await?;
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => ClientError::Refused(problem),
            Err(_) => {
                let body: String = String::from_utf8_lossy(&body).chars().take(SHOWN).collect();
                self.not_understood(format!("HTTP status {status}, {body:?}"))
            }
        })
    }

    /// The daemon may load models before it answers.
    pub(super) fn patient(self) -> Self {
        Call { limit: LOADING_LIMIT, ..self }
    }

    /// Sends it without a body, and reads the answer.
    pub(super) async fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        self.understood(Bytes::new()).await
    }

    /// Sends it with this body, and reads the answer.
    pub(super) async fn json_of<T: DeserializeOwned>(&self, body: &impl Serialize) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| self.not_understood(error))?;
        self.understood(body.into()).await
    }

    async fn understood<T: DeserializeOwned>(&self, body: Bytes) -> Result<T, ClientError> {
        let body = self.send(body).await?.whole().await?;
        serde_json::from_slice(&body).map_err(|error| self.not_understood(error))
    }

    async fn exchange(
        &self,
        stream: UnixStream,
        body: Bytes,
        driver: &mut JoinSet<()>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        driver.spawn(async move {
            // Its errors reach the body and the sender too.
            let _ = connection.await;
        });
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(HOST, hyper::header::HeaderValue::from_static("localhost"));
        headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
        sender.send_request(request).await
    }

    fn no_answer(&self, why: String) -> ClientError {
        ClientError::NoAnswer { socket: self.socket.clone(), doing: self.doing, why }
    }

    pub(super) fn not_understood(&self, why: impl ToString) -> ClientError {
        ClientError::NotUnderstood { socket: self.socket.clone(), doing: self.doing, why: why.to_string() }
    }
}

impl Answer {
    /// The same answer, with other words for what is being done while its body is read.
    pub(super) fn during(mut self, doing: &'static str) -> Self {
        self.doing = doing;
        self
    }

    /// The whole body.
    pub(super) async fn whole(self) -> Result<Bytes, ClientError> {
        let Answer { socket, doing, body, _driver } = self;
        let collected = body.collect().await;
        collected.map(http_body_util::Collected::to_bytes).map_err(|error| ClientError::BrokeOff {
            socket,
            doing,
            why: told(&error),
        })
    }

    /// The next piece of the body; `None` at its end.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, ClientError> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| self.broke_off(told(&error)))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    pub(super) fn broke_off(&self, why: String) -> ClientError {
        ClientError::BrokeOff { socket: self.socket.clone(), doing: self.doing, why }
    }

    pub(super) fn not_understood(&self, why: String) -> ClientError {
        ClientError::NotUnderstood { socket: self.socket.clone(), doing: self.doing, why }
    }
}

/// hyper's words, in ours where it is plain what happened.
fn told(error: &hyper::Error) -> String {
    if is_closed(error) {
        return CLOSED.to_owned();
    }
    let words: Vec<String> =
        std::iter::once(error.to_string()).chain(causes(error).map(ToString::to_string)).collect();
    words.join(": ")
}

/// The other side closed the connection.
fn is_closed(error: &hyper::Error) -> bool {
    let is_gone = |cause: &(dyn Error + 'static)| {
        let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        matches!(kind, Some(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
    };
    error.is_incomplete_message() || error.is_closed() || error.is_canceled() || causes(error).any(is_gone)
}

fn causes(error: &hyper::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
