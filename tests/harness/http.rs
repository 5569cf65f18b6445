//! As much of HTTP as it takes to speak with the daemon without its client.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::Value;

use crate::LIMIT;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// # Panics
    /// Where the body is no JSON.
    pub fn json(&self) -> Value {
        let text = || String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", text()))
    }
}

/// A job's events as they come. Dropping it hangs up, which gives the job up.
#[derive(Debug)]
pub struct Events(BufReader<Body>);

impl Iterator for Events {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).expect("the daemon goes on");
        (read > 0).then(|| serde_json::from_str(&line).expect("an event is a line of JSON"))
    }
}

impl Events {
    /// Waits for the next event of this kind, and skips the others.
    ///
    /// # Panics
    /// Where it does not come.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        let mut before = Vec::new();
        for event in self.by_ref() {
            if event["event"] == kind {
                return event;
            }
            before.push(event);
        }
        panic!("no event {kind:?}, but {before:#?}");
    }
}

pub(crate) fn request(socket: &Path, method: &str, path: &str, body: &[u8]) -> Answer {
    let (status, content_type, mut stream) = send(socket, method, path, body);
    let mut body = Vec::new();
    stream.read_to_end(&mut body).expect("the whole answer");
    Answer { status, content_type, body }
}

/// # Panics
/// Where the answer is no stream of events.
pub(crate) fn events(socket: &Path, job: &Value) -> Events {
    let (status, content_type, mut stream) = send(socket, "POST", "/v1/jobs", job.to_string().as_bytes());
    if status != 200 {
        let mut body = String::new();
        let _ = stream.read_to_string(&mut body);
        panic!("the job was refused with {status}: {body}");
    }
    assert_eq!(content_type, "application/x-ndjson");
    Events(BufReader::new(stream))
}

fn send(socket: &Path, method: &str, path: &str, body: &[u8]) -> (u16, String, Body) {
    let mut stream = UnixStream::connect(socket).expect("a daemon answers");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: va\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    // The daemon need not read a body to its end before it refuses it.
    let _ = stream.write_all(body);
    let mut stream = BufReader::new(stream);
    let status =
        line(&mut stream).split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    let (mut content_type, mut chunked) = (String::new(), false);
    loop {
        let header = line(&mut stream).to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-type", value)) => content_type = value.to_owned(),
            Some(("transfer-encoding", value)) => chunked = value == "chunked",
            Some(_) => {}
            None => break,
        }
    }
    (status, content_type, Body { stream, chunked, left: 0, over: false })
}

fn line(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).expect("the daemon answers");
    line.trim_end().to_owned()
}

/// Takes chunks apart; the stream's end ends a body without chunks.
#[derive(Debug)]
struct Body {
    stream: BufReader<UnixStream>,
    chunked: bool,
    left: usize,
    over: bool,
}

impl Read for Body {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if !self.chunked {
            return self.stream.read(to);
        }
        if self.left == 0 && !self.over {
            self.left = usize::from_str_radix(&line(&mut self.stream), 16).expect("a chunk's length");
            self.over = self.left == 0;
        }
        if self.over {
            return Ok(0);
        }
        let room = to.len().min(self.left);
        let read = self.stream.read(&mut to[..room])?;
        assert!(read > 0, "the daemon hung up within a chunk");
        self.left -= read;
        if self.left == 0 {
            line(&mut self.stream);
        }
        Ok(read)
    }
}
