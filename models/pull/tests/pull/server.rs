//! An HTTP server for a few files, on one thread.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How a file is served.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// With ranges, as good servers do.
    Well,
    /// The first answer ends after so many bytes.
    BreaksOff(usize),
    /// The first answer ends after so many bytes, and none is for a range.
    BreaksOffAndKnowsNoRanges(usize),
    Refuses,
}

pub(crate) struct Server {
    address: String,
    /// Path, and first byte asked for.
    requests: Arc<Mutex<Vec<(String, usize)>>>,
}

type Files = BTreeMap<String, (Vec<u8>, Manner)>;

impl Server {
    pub(crate) fn of(files: &[(&str, &[u8], Manner)]) -> Self {
        let file = |(path, content, manner): &(&str, &[u8], Manner)| {
            ((*path).to_owned(), (content.to_vec(), manner.clone()))
        };
        let files: Files = files.iter().map(file).collect();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let requests: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
        let seen = requests.clone();
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(stream, &files, &seen);
            }
        });
        Server { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<(String, usize)> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn answer(mut stream: TcpStream, files: &Files, seen: &Mutex<Vec<(String, usize)>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut begin = None;
    for line in lines {
        let line = line?.to_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            begin = range.trim_end_matches('-').parse::<usize>().ok();
        }
        if line.is_empty() {
            break;
        }
    }
    let times = {
        let mut seen = seen.lock().expect("no panic");
        seen.push((path.clone(), begin.unwrap_or(0)));
        seen.iter().filter(|(other, _)| *other == path).count()
    };
    let Some((content, manner)) = files.get(&path) else {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let (end, ranges) = match manner {
        Manner::Refuses => {
            return write!(
                stream,
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Manner::BreaksOff(after) if times == 1 => (*after, true),
        Manner::BreaksOffAndKnowsNoRanges(after) if times == 1 => (*after, false),
        Manner::BreaksOffAndKnowsNoRanges(_) => (content.len(), false),
        Manner::Well | Manner::BreaksOff(_) => (content.len(), true),
    };
    match begin.filter(|begin| ranges && *begin < content.len()) {
        Some(begin) => {
            let length = content.len() - begin;
            let range = format!("bytes {begin}-{}/{}", content.len() - 1, content.len());
            write!(stream, "HTTP/1.1 206 Partial Content\r\nContent-Range: {range}\r\n")?;
            write!(stream, "Content-Length: {length}\r\nConnection: close\r\n\r\n")?;
            stream.write_all(&content[begin..end.max(begin)])
        }
        None => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                content.len()
            )?;
            stream.write_all(&content[..end])
        }
    }
}
