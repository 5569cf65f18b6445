//! The video as a file: opened without ever waiting for it, and told apart from its later versions.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use va_protocol::api::job::{JobRequest, PathEncoding, percent_decode};
use va_protocol::api::problem::{Problem, ProblemKind};

#[derive(Debug)]
pub(super) struct VideoFile {
    pub(super) path: PathBuf,
    pub(super) descriptor: OwnedFd,
    pub(super) size_bytes: u64,
    /// Another text once the file is changed, replaced or touched.
    pub(super) identity: String,
}

/// The path that a request names.
pub(super) fn path_of(request: &JobRequest) -> Result<PathBuf, Problem> {
    let invalid = |detail: String| Problem::new(ProblemKind::InvalidRequest, detail);
    let path = match request.path_encoding {
        PathEncoding::Plain => PathBuf::from(&request.path),
        PathEncoding::Percent => percent_decode(&request.path)
            .map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
            .ok_or_else(|| invalid(format!("the path {:?} is not percent-encoded", request.path)))?,
    };
    if !path.is_absolute() {
        return Err(invalid(format!("the path {} is not absolute", path.display()))
            .hint("the daemon has another working folder"));
    }
    Ok(path)
}

/// Opens a regular file; anything else is refused before it could make us wait.
pub(super) fn open(path: &Path) -> Result<VideoFile, Problem> {
    let refused = |why: &str| {
        Problem::new(ProblemKind::InvalidRequest, format!("cannot analyse {}: {why}", path.display()))
    };
    let descriptor = rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY,
        Mode::empty(),
    );
    let descriptor = descriptor.map_err(|errno| match errno {
        rustix::io::Errno::NOENT => refused("there is no such file").hint("check the path"),
        rustix::io::Errno::ACCESS | rustix::io::Errno::PERM => refused("the daemon may not read it")
            .hint("give the daemon's user the right to read it, or run a private daemon"),
        other => refused(&std::io::Error::from(other).to_string()),
    })?;
    let file = File::from(descriptor);
    let metadata = file.metadata().map_err(|error| refused(&error.to_string()))?;
    let kind = metadata.file_type();
    if !kind.is_file() {
        let what = match () {
            () if kind.is_dir() => "it is a folder",
            () if kind.is_fifo() => "it is a pipe",
            () if kind.is_socket() => "it is a socket",
            () => "it is a device",
        };
        return Err(refused(what).hint("only files can be analysed"));
    }
    if metadata.len() == 0 {
        let detail = format!("cannot read {}: it is empty", path.display());
        return Err(Problem::new(ProblemKind::UnreadableVideo, detail));
    }
    let identity = format!(
        "{}:{}:{}:{}.{}:{}.{}",
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec()
    );
    Ok(VideoFile { path: path.to_owned(), descriptor: file.into(), size_bytes: metadata.len(), identity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            Mode::from_raw_mode(0o600),
            0,
        )
        .expect("a pipe");
        for (path, why) in
            [(pipe.as_path(), "a pipe"), (folder.path(), "a folder"), (Path::new("/dev/zero"), "a device")]
        {
            let problem = open(path).expect_err("refused");
            assert!(problem.detail.contains(why), "{problem:?}");
            assert_eq!(problem.kind, ProblemKind::InvalidRequest);
        }
        let empty = folder.path().join("empty.mp4");
        std::fs::write(&empty, b"").expect("written");
        assert_eq!(open(&empty).expect_err("refused").kind, ProblemKind::UnreadableVideo);
    }

    #[test]
    fn a_changed_file_has_another_identity() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.mp4");
        std::fs::write(&path, b"one").expect("written");
        let first = open(&path).expect("a file").identity;
        assert_eq!(open(&path).expect("a file").identity, first);
        std::fs::write(&path, b"two").expect("written");
        assert_ne!(open(&path).expect("a file").identity, first);
    }

    #[test]
    fn relative_and_badly_encoded_paths_are_refused() {
        let request = |path: &str, path_encoding| JobRequest {
            path: path.to_owned(),
            path_encoding,
            ..JobRequest::default()
        };
        assert!(path_of(&request("a.mp4", PathEncoding::Plain)).is_err());
        assert!(path_of(&request("/a%zz", PathEncoding::Percent)).is_err());
        let path = path_of(&request("/a%FF b", PathEncoding::Percent)).expect("a path");
        assert_eq!(path.into_os_string().into_vec(), b"/a\xff b");
    }
}
