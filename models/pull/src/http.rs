//! Downloading a file whose sum is known, over HTTP or from a mirror's folder. What breaks off is gone on with; what has
//! another sum is not kept.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::error::ModelError;
use crate::plan::Download;
use crate::writing::{Ended, Writing};

const CONNECT: Duration = Duration::from_secs(20);
/// Without a byte for so long, a connection is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// Failures in a row, without a byte in between.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
}

#[derive(Debug)]
pub(crate) enum HttpError {
    /// Trying elsewhere or later may help.
    Failed(String),
    /// It will not.
    Final(ModelError),
}

impl Client {
    /// By proxies and certificates of the machine and the environment.
    pub(crate) fn new() -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .http_status_as_error(false)
            .user_agent(concat!("va/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        Client { agent: config.into() }
    }

    /// Into `part`, whose beginning may lie there already; `progress` is told how many bytes are there.
    pub(crate) fn download(
        &self,
        url: &str,
        download: &Download,
        part: &Path,
        progress: &dyn Fn(u64),
    ) -> Result<(), HttpError> {
        let mut writing = Writing::resume(part, download).map_err(HttpError::Final)?;
        let mut resumed = writing.at() > 0;
        let mut failures = 0;
        loop {
            progress(writing.at());
            match self.attempt(url, &mut writing, progress).map_err(HttpError::Final)? {
                Ended::Complete => match writing.check() {
                    Ok(()) => return Ok(()),
                    // What an earlier run left may be of something else.
                    Err(_) if resumed => {
                        resumed = false;
                        writing = Writing::resume(part, download).map_err(HttpError::Final)?;
                    }
                    Err(error) => return Err(HttpError::Final(error)),
                },
                Ended::Refused(why) => return Err(HttpError::Failed(format!("{url}: {why}"))),
                Ended::BrokenOff(bytes, why) => {
                    failures = if bytes > 0 { 1 } else { failures + 1 };
                    if failures >= ATTEMPTS {
                        return Err(HttpError::Failed(format!("{url}: {why}")));
                    }
                    std::thread::sleep(PAUSE * (failures - 1) * (failures - 1));
                }
            }
        }
    }

    fn attempt(&self, url: &str, writing: &mut Writing, progress: &dyn Fn(u64)) -> Result<Ended, ModelError> {
        if writing.is_full() {
            return Ok(Ended::Complete);
        }
        if let Some(path) = url.strip_prefix("file://") {
            let path = percent_decoded(path);
            writing.restart()?;
            return match File::open(&path) {
                Ok(file) => writing.take(file, progress),
                Err(error) => Ok(Ended::Refused(format!("{path}: {error}"))),
            };
        }
        let from = writing.at();
        let mut request = self.agent.get(url).header("Accept-Encoding", "identity");
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let response = match request.call() {
            Ok(response) => response,
            Err(error) => return Ok(Ended::BrokenOff(0, told(&error))),
        };
        match response.status().as_u16() {
            206 if begins_at(&response, from) => {}
            200 => writing.restart()?,
            // Beyond its end: what lies there is too long, or of something else.
            206 | 416 => {
                writing.restart()?;
                return Ok(Ended::BrokenOff(0, "the server answered with another range".to_owned()));
            }
            429 | 500.. => {
                return Ok(Ended::BrokenOff(0, format!("the server answered {}", response.status())));
            }
            _ => return Ok(Ended::Refused(format!("the server answered {}", response.status()))),
        }
        writing.take(response.into_body().into_reader(), progress)
    }
}

fn begins_at(response: &ureq::http::Response<Body>, from: u64) -> bool {
    let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

fn told(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::HostNotFound => "the host's name is not known (no network?)".to_owned(),
        other => other.to_string(),
    }
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_mirror_may_have_any_name() {
        assert_eq!(percent_decoded("/a%20b/c%2Bd%"), "/a b/c+d%");
    }
}
