//! A daemon of a few lines: HTTP/1.1 over a Unix socket, each answer as the test wrote it. It keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What to say to a request, by its first line: `GET /v1/status`.
type Answers = Vec<(&'static str, Answer)>;

#[derive(Clone)]
pub(crate) enum Answer {
    /// A status, a content type, a body.
    Body(u16, &'static str, String),
    /// Chunks of a stream; then its proper end.
    Stream(Vec<String>),
    /// Chunks of a stream; then the connection is cut.
    CutOff(Vec<String>),
    /// Chunks of a stream; then nothing until the client is gone.
    Open(Vec<String>),
    /// The connection is closed without a word.
    Nothing,
}

/// A request: its first two words, and its body. `(gone)` when the client of an open stream is.
pub(crate) type Asked = (String, String);

pub(crate) struct FakeDaemon {
    asked: Receiver<Asked>,
}

impl FakeDaemon {
    /// Serves until the test ends.
    pub(crate) fn serve(socket: &Path, answers: Answers) -> Self {
        let listener = UnixListener::bind(socket).expect("a free socket");
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, sender) = (answers.clone(), sender.clone());
                std::thread::spawn(move || serve_one(stream, &answers, &sender));
            }
        });
        FakeDaemon { asked }
    }

    /// The next request.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.recv_timeout(Duration::from_secs(20)).expect("a request")
    }
}

/// A connection. Errors mean that the client is gone: it only wanted to know whether somebody listens.
fn serve_one(stream: UnixStream, answers: &Answers, asked: &Sender<Asked>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|count| *count > 0)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = first.rsplit_once(' ')?.0.to_owned();
    let answer = answers.iter().find(|(which, _)| *which == request).map(|(_, answer)| answer.clone());
    asked.send((request, String::from_utf8_lossy(&body).into_owned())).ok()?;
    tell(stream, reader, answer.unwrap_or(Answer::Nothing), asked)
}

fn tell(
    mut stream: UnixStream,
    mut reader: BufReader<UnixStream>,
    answer: Answer,
    asked: &Sender<Asked>,
) -> Option<()> {
    let (chunks, is_ended, stays_open) = match answer {
        Answer::Nothing => return None,
        Answer::Body(status, kind, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
            return stream.write_all((head + &body).as_bytes()).ok();
        }
        Answer::Stream(chunks) => (chunks, true, false),
        Answer::CutOff(chunks) => (chunks, false, false),
        Answer::Open(chunks) => (chunks, false, true),
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").ok()?;
    for chunk in chunks {
        stream.write_all(format!("{:x}\r\n{chunk}\r\n", chunk.len()).as_bytes()).ok()?;
    }
    if is_ended {
        stream.write_all(b"0\r\n\r\n").ok()?;
    }
    if stays_open {
        asked.send(("(told)".to_owned(), String::new())).ok()?;
        let _ = reader.read(&mut [0]);
        asked.send(("(gone)".to_owned(), String::new())).ok()?;
    }
    Some(())
}
