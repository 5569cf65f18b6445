//! The daemon's HTTP API, as a client sees it: one call for each route, one connection for each call.
//!
//! Whoever drops what a call gave back closes its connection, and with that gives a job up.

mod connection;
mod error;
mod events;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use hyper::Method;
use tokio::net::UnixStream;
use va_protocol::api::analyzer::AnalyzerInfo;
use va_protocol::api::job::JobRequest;
use va_protocol::api::memory::{MemoryStatus, Moved, Which};
use va_protocol::api::plugin::{
    AnalyzerDetails, PluginChanged, PluginCheck, PluginToAdd, PluginToCheck, PluginToEnable,
};
use va_protocol::api::status::Status;

use self::connection::Call;
pub use self::error::ClientError;
pub use self::events::Events;

/// A daemon, by its socket. Holds no connection.
#[derive(Debug, Clone)]
pub struct Client {
    socket: PathBuf,
}

impl Client {
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Client { socket: socket.into() }
    }

    /// The first of these sockets at which a daemon listens.
    ///
    /// # Errors
    /// Where none does: all of them, with the reasons.
    pub async fn of_first(sockets: Vec<PathBuf>) -> Result<Self, ClientError> {
        let mut tried = Vec::new();
        for socket in sockets {
            match UnixStream::connect(&socket).await {
                Ok(_) => return Ok(Client { socket }),
                Err(error) => tried.push((socket, error)),
            }
        }
        Err(ClientError::NobodyAnswers { tried })
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether somebody listens.
    pub async fn answers(&self) -> bool {
        UnixStream::connect(&self.socket).await.is_ok()
    }

    pub async fn status(&self) -> Result<Status, ClientError> {
        self.call(Method::GET, "/v1/status", "asking for its status").json().await
    }

    pub async fn analyzers(&self) -> Result<Vec<AnalyzerInfo>, ClientError> {
        self.call(Method::GET, "/v1/analyzers", "asking for its analyzers").json().await
    }

    pub async fn analyzer(&self, name: &str) -> Result<AnalyzerDetails, ClientError> {
        self.call(Method::GET, &analyzer(name), "asking for the analyzer").json().await
    }

    /// Adds a library, after a check that loads its analyzer.
    pub async fn add_plugin(&self, plugin: &PluginToAdd) -> Result<PluginChanged, ClientError> {
        self.call(Method::POST, "/v1/analyzers", "adding the plugin").patient().json_of(plugin).await
    }

    pub async fn remove_plugin(&self, name: &str) -> Result<PluginChanged, ClientError> {
        self.call(Method::DELETE, &analyzer(name), "removing the plugin").patient().json().await
    }

    pub async fn enable_plugin(
        &self,
        name: &str,
        how: &PluginToEnable,
    ) -> Result<PluginChanged, ClientError> {
        let path = analyzer(name) + "/enable";
        self.call(Method::POST, &path, "switching the analyzer on").patient().json_of(how).await
    }

    pub async fn disable_plugin(&self, name: &str) -> Result<PluginChanged, ClientError> {
        let path = analyzer(name) + "/disable";
        self.call(Method::POST, &path, "switching the analyzer off").patient().json().await
    }

    pub async fn reload_plugin(&self, name: &str) -> Result<PluginChanged, ClientError> {
        let path = analyzer(name) + "/reload";
        self.call(Method::POST, &path, "loading the analyzer anew").patient().json().await
    }

    /// All of them; what they are by then.
    pub async fn reload_plugins(&self) -> Result<Vec<AnalyzerInfo>, ClientError> {
        self.call(Method::POST, "/v1/reload", "loading all analyzers anew").patient().json().await
    }

    pub async fn check_plugin(&self, plugin: &PluginToCheck) -> Result<PluginCheck, ClientError> {
        self.call(Method::POST, "/v1/check", "checking the plugin").patient().json_of(plugin).await
    }

    pub async fn memory(&self) -> Result<MemoryStatus, ClientError> {
        self.call(Method::GET, "/v1/memory", "asking for its memory").json().await
    }

    /// Has analyzers loaded.
    pub async fn warm(&self, analyzers: Vec<String>) -> Result<Vec<Moved>, ClientError> {
        self.move_them("/v1/memory/warm", "loading analyzers", analyzers).await
    }

    /// Has analyzers unloaded.
    pub async fn evict(&self, analyzers: Vec<String>) -> Result<Vec<Moved>, ClientError> {
        self.move_them("/v1/memory/evict", "unloading analyzers", analyzers).await
    }

    async fn move_them(
        &self,
        path: &str,
        doing: &'static str,
        analyzers: Vec<String>,
    ) -> Result<Vec<Moved>, ClientError> {
        let call = self.call(Method::POST, path, doing);
        let which = Which { analyzers: Some(analyzers) };
        let body = serde_json::to_vec(&which).map_err(|error| call.not_understood(error))?;
        let answer = call.send(body.into()).await?.whole().await?;
        serde_json::from_slice(&answer).map_err(|error| call.not_understood(error))
    }

    /// Sends a job. Dropping its events gives it up.
    pub async fn submit(&self, job: &JobRequest) -> Result<Events, ClientError> {
        let call = self.call(Method::POST, "/v1/jobs", "sending the job");
        let body = serde_json::to_vec(job).map_err(|error| call.not_understood(error))?;
        Ok(Events::of(call.send(body.into()).await?.during("following the job")))
    }

    /// The result document of a finished job, as the daemon stored it.
    pub async fn document(&self, job: &str) -> Result<Bytes, ClientError> {
        let path = format!("/v1/jobs/{job}/result");
        self.call(Method::GET, &path, "fetching the document").send(Bytes::new()).await?.whole().await
    }

    /// Asks the daemon to finish its running jobs and stop.
    pub async fn shut_down(&self) -> Result<(), ClientError> {
        self.call(Method::POST, "/v1/shutdown", "asking it to stop").send(Bytes::new()).await.map(drop)
    }

    fn call(&self, method: Method, path: &str, doing: &'static str) -> Call {
        Call {
            socket: self.socket.clone(),
            method,
            path: path.to_owned(),
            doing,
            limit: connection::ANSWER_LIMIT,
        }
    }
}

/// The path of an analyzer. What has no place in one is written as `%XX`.
fn analyzer(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let written = name.bytes().map(|byte| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    format!("/v1/analyzers/{}", written.collect::<String>())
}
