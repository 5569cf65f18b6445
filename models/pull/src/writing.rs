//! A download as it grows on the disk, with its sum.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use va_models::digest::{Sha256, Summing};

use crate::error::ModelError;
use crate::plan::Download;

const BLOCK: usize = 1 << 17;

/// One attempt's end.
pub(crate) enum Ended {
    Complete,
    /// After so many bytes.
    BrokenOff(u64, String),
    /// The server does not have it, or not for us.
    Refused(String),
}

/// A file that grows, with its sum.
pub(crate) struct Writing<'a> {
    download: &'a Download,
    path: &'a Path,
    file: Summing<File>,
}

impl<'a> Writing<'a> {
    pub(crate) fn resume(path: &'a Path, download: &'a Download) -> Result<Self, ModelError> {
        let cannot = || ModelError::file("write", path);
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(cannot())?;
        let mut block = vec![0; BLOCK];
        let mut there = Summing::new(io::sink());
        loop {
            match file.read(&mut block).map_err(cannot())? {
                0 => break,
                read => there.feed(&block[..read]),
            }
        }
        let mut writing = Writing { download, path, file: there.with(file) };
        if writing.at() > download.bytes {
            writing.restart()?;
        }
        Ok(writing)
    }

    pub(crate) fn at(&self) -> u64 {
        self.file.bytes()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.at() >= self.download.bytes
    }

    pub(crate) fn restart(&mut self) -> Result<(), ModelError> {
        if self.at() > 0 {
            let file = File::create(self.path).map_err(ModelError::file("write", self.path))?;
            self.file = Summing::new(file);
        }
        Ok(())
    }

    /// All that comes, up to one byte too many.
    pub(crate) fn take(&mut self, from: impl Read, progress: &dyn Fn(u64)) -> Result<Ended, ModelError> {
        let begin = self.at();
        let mut from = from.take(self.download.bytes + 1 - begin);
        let mut block = vec![0; BLOCK];
        loop {
            match from.read(&mut block) {
                Ok(0) if self.is_full() => return Ok(Ended::Complete),
                Ok(0) => {
                    let why = format!("broken off after {} of {} bytes", self.at(), self.download.bytes);
                    return Ok(Ended::BrokenOff(self.at() - begin, why));
                }
                Ok(read) => {
                    self.file.write_all(&block[..read]).map_err(ModelError::file("write", self.path))?;
                    progress(self.at());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Ended::BrokenOff(self.at() - begin, error.to_string())),
            }
        }
    }

    /// Of another sum, nothing is kept.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let (found, bytes) = self.file.sum();
        let Download { file, sha256, bytes: wanted_bytes, .. } = self.download;
        if found == *sha256 && bytes == *wanted_bytes {
            return Ok(());
        }
        std::fs::remove_file(self.path).map_err(ModelError::file("remove", self.path))?;
        Err(wrong_sum(file, (sha256, *wanted_bytes), (found, bytes)))
    }
}

pub(crate) fn wrong_sum(what: &str, wanted: (&Sha256, u64), found: (Sha256, u64)) -> ModelError {
    ModelError::Sum {
        what: what.to_owned(),
        wanted: wanted.0.clone(),
        wanted_bytes: wanted.1,
        found: found.0,
        bytes: found.1,
    }
}
