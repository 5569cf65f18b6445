//! HTTP over the daemon's Unix socket.

use std::path::Path;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use va_protocol::api::problem::Problem;

use crate::exit::Failure;

/// A connection for one request after the other.
pub(crate) struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
}

impl Client {
    /// # Errors
    /// Where nobody answers at the socket.
    pub(crate) async fn connect(socket: &Path) -> Result<Self, Failure> {
        let unreachable = |why: String| {
            Failure::unreachable(format!("cannot reach a daemon at {}: {why}", socket.display()))
        };
        let stream = UnixStream::connect(socket).await.map_err(|error| unreachable(error.to_string()))?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(error.to_string()))?;
        tokio::spawn(connection);
        Ok(Client { sender })
    }

    /// The answer's body as a type.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Failure> {
        let body = self.get_bytes(path).await?;
        serde_json::from_slice(&body).map_err(|error| {
            Failure::internal(format!("the daemon's answer to {path} is not understood: {error}"))
        })
    }

    pub(crate) async fn get_bytes(&mut self, path: &str) -> Result<Bytes, Failure> {
        let response = self.send(Method::GET, path, Bytes::new()).await?;
        let body = response.into_body().collect().await;
        Ok(body
            .map_err(|error| Failure::internal(format!("the daemon's answer to {path} broke off: {error}")))?
            .to_bytes())
    }

    /// # Errors
    /// With the daemon's own problem, where it says no.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>, Failure> {
        let broken = |error: String| Failure::internal(format!("the daemon did not answer {path}: {error}"));
        let request = Request::builder().method(method).uri(path).header("host", "va").body(Full::new(body));
        let request = request.map_err(|error| broken(error.to_string()))?;
        let response = self.sender.send_request(request).await.map_err(|error| broken(error.to_string()))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body =
            response.into_body().collect().await.map_err(|error| broken(error.to_string()))?.to_bytes();
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(problem.into()),
            Err(_) => Err(broken(format!("status {status}"))),
        }
    }
}
