//! The video that the caller named: told apart from what is none before a daemon hears of it. Nothing is ever opened.

use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD};
use va_protocol::api::job::{JobRequest, PathEncoding, percent_encode};

use crate::exit::{Exit, Failure};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Video {
    /// Absolute; symbolic links are left as they are.
    pub(crate) path: PathBuf,
}

impl Video {
    /// # Errors
    /// Where there is no file that the caller may read.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        let refused =
            |why: String| Failure::new(Exit::Usage, format!("cannot analyse {}: {why}", path.display()));
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => refused("there is no such file".to_owned()).hint("check the path"),
            _ => refused(error.to_string()),
        })?;
        let kind = metadata.file_type();
        if !kind.is_file() {
            let what = match () {
                () if kind.is_dir() => "it is a folder",
                () if kind.is_fifo() => "it is a pipe",
                () if kind.is_socket() => "it is a socket",
                () => "it is a device",
            };
            return Err(refused(what.to_owned()).hint("only files can be analysed, one at a time"));
        }
        rustix::fs::accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS)
            .map_err(|_| refused("you may not read it".to_owned()).hint("`ls -l` shows who may"))?;
        let path = std::path::absolute(path).map_err(|error| refused(error.to_string()))?;
        Ok(Video { path })
    }

    pub(crate) fn job(&self, analyzers: Option<Vec<String>>, fresh: bool) -> JobRequest {
        let (path, path_encoding) = match self.path.to_str() {
            Some(path) => (path.to_owned(), PathEncoding::Plain),
            None => (percent_encode(self.path.as_os_str().as_bytes()), PathEncoding::Percent),
        };
        JobRequest { path, path_encoding, analyzers, fresh }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use rustix::fs::{FileType, Mode};

    use super::*;

    #[test]
    fn what_is_no_file_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
        let missing = folder.path().join("missing.mp4");
        let cases = [
            (missing.as_path(), "there is no such file"),
            (folder.path(), "it is a folder"),
            (Path::new("."), "it is a folder"),
            (&pipe, "it is a pipe"),
            (Path::new("/dev/zero"), "it is a device"),
        ];
        for (path, why) in cases {
            let failure = Video::at(path).expect_err("refused");
            assert_eq!(
                (failure.exit, failure.message),
                (Exit::Usage, format!("cannot analyse {}: {why}", path.display()))
            );
        }
    }

    #[test]
    fn any_name_reaches_the_daemon() {
        let job =
            |name: &[u8]| Video { path: Path::new("/v").join(OsStr::from_bytes(name)) }.job(None, false);
        assert_eq!(job(b"-a b\n100%.mp4").path, "/v/-a b\n100%.mp4");
        assert_eq!(job(b"-a b\n100%.mp4").path_encoding, PathEncoding::Plain);
        assert_eq!(job(b"\xff 1%").path, "/v/%FF 1%25");
        assert_eq!(job(b"\xff 1%").path_encoding, PathEncoding::Percent);
    }

    #[test]
    fn links_are_followed_but_keep_their_name() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.mp4"), b"x").expect("written");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("a.mp4", &link).expect("a link");
        assert_eq!(Video::at(&link), Ok(Video { path: link }));
    }
}
