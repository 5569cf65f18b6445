//! The private daemon's log, read as any text: its end, and what is added to it.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::inotify;

/// Read at a time, bytes.
const BLOCK: u64 = 64 << 10;

#[derive(Debug)]
pub(crate) struct DaemonLog {
    file: File,
    /// What comes before was read.
    position: u64,
}

impl DaemonLog {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(DaemonLog { file: File::open(path)?, position: 0 })
    }

    /// Passes over what is there already.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.position = position;
    }

    /// Passes over all but the last lines of what was not read yet.
    pub(crate) fn skip_to_last(&mut self, lines: usize) -> Result<()> {
        let end = self.file.metadata()?.len();
        if lines == 0 {
            self.position = end;
            return Ok(());
        }
        let mut begin = end;
        let mut missing = lines;
        while begin > self.position {
            let from = begin.saturating_sub(BLOCK).max(self.position);
            let mut block = vec![0; usize::try_from(begin - from).unwrap_or_default()];
            self.file.seek(SeekFrom::Start(from))?;
            self.file.read_exact(&mut block)?;
            let ends = block
                .iter()
                .enumerate()
                .rev()
                .filter(|(_, byte)| **byte == b'\n')
                .map(|(at, _)| from + at as u64);
            // The line's end at the very end ends the last line and begins none.
            for at in ends.filter(|at| at + 1 != end) {
                missing -= 1;
                if missing == 0 {
                    self.position = at + 1;
                    return Ok(());
                }
            }
            begin = from;
        }
        Ok(())
    }

    /// What is there and was not read yet.
    pub(crate) fn rest(&mut self) -> Result<Vec<u8>> {
        if self.file.metadata()?.len() < self.position {
            // Somebody emptied it.
            self.position = 0;
        }
        self.file.seek(SeekFrom::Start(self.position))?;
        let mut rest = Vec::new();
        self.file.read_to_end(&mut rest)?;
        self.position += rest.len() as u64;
        Ok(rest)
    }
}

/// Tells when a file was written to.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    inotify: Arc<OwnedFd>,
}

impl Watch {
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let inotify = inotify::init(inotify::CreateFlags::CLOEXEC)?;
        inotify::add_watch(&inotify, path, inotify::WatchFlags::MODIFY)?;
        Ok(Watch { inotify: Arc::new(inotify) })
    }

    /// Waits for the next change, or for the first one since the last call.
    pub(crate) async fn changed(&self) -> Result<()> {
        let inotify = Arc::clone(&self.inotify);
        let changed = tokio::task::spawn_blocking(move || {
            let mut buffer = [MaybeUninit::uninit(); 4096];
            inotify::Reader::new(&*inotify, &mut buffer).next().map(drop)
        });
        Ok(changed.await??)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn last(text: &str, lines: usize) -> String {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let mut log = DaemonLog::open(file.path()).expect("a log");
        log.skip_to_last(lines).expect("read");
        String::from_utf8(log.rest().expect("read")).expect("text")
    }

    #[test]
    fn the_last_lines_are_found() {
        assert_eq!(last("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(last("a\nb\nc", 2), "b\nc");
        assert_eq!(last("a\nb\n", 5), "a\nb\n");
        assert_eq!(last("a\nb\n", 0), "");
        assert_eq!(last("", 3), "");
    }

    #[test]
    fn long_logs_are_read_from_their_end() {
        let line = format!("{}\n", "x".repeat(99));
        let text = line.repeat(3000);
        assert_eq!(last(&text, 2000), line.repeat(2000));
    }

    #[test]
    fn only_what_is_new_is_read_and_an_emptied_log_is_read_again() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut log = DaemonLog::open(file.path()).expect("a log");
        file.write_all(b"one\n").expect("written");
        assert_eq!(log.rest().expect("read"), b"one\n");
        file.write_all(b"two\n").expect("written");
        assert_eq!(log.rest().expect("read"), b"two\n");
        std::fs::write(file.path(), b"3\n").expect("written");
        assert_eq!(log.rest().expect("read"), b"3\n");
    }
}
