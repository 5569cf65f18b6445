//! `-o`: the document as a file. It is there as a whole or not at all.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD};

use crate::exit::{Exit, Failure};

/// A file that can be written, as far as that can be told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentTarget {
    /// As the caller named it.
    path: PathBuf,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Written beside it, then renamed to it.
    File(PathBuf),
    /// Such as `/dev/null` or a pipe: it cannot be replaced, so it is written to.
    Device,
}

impl DocumentTarget {
    /// # Errors
    /// Where nothing can be written there, or the video would be overwritten.
    pub(crate) fn at(path: &Path, video: &Path) -> Result<Self, Failure> {
        let refused = |why: &str| {
            Failure::new(Exit::Usage, format!("cannot write the document to {}: {why}", path.display()))
        };
        let target = |place: Place| DocumentTarget { path: path.to_owned(), place };
        // A link stays a link; what it leads to is replaced.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(refused("it is a folder").hint("name a file in it"));
            }
            Ok(metadata) if !metadata.is_file() => return Ok(target(Place::Device)),
            Ok(metadata) if is_same(&metadata, video) => {
                return Err(refused("it is the video").hint("name another file"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused(&error.to_string())),
        }
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(refused("it is not the name of a file").hint("name a file, or - for standard output"));
        }
        let folder = folder_of(&real);
        if !folder.is_dir() {
            let why = format!("there is no folder {}", folder.display());
            return Err(refused(&why).hint("make it first, or name another file"));
        }
        rustix::fs::accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).map_err(
            |error| refused(&format!("the folder cannot be written: {}", std::io::Error::from(error))),
        )?;
        Ok(target(Place::File(real)))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    /// Where the disk is full or the like. What was there before is there still.
    pub(crate) fn write(&self, document: &[u8]) -> Result<(), Failure> {
        let written = match &self.place {
            Place::Device => {
                OpenOptions::new().write(true).open(&self.path).and_then(|mut file| file.write_all(document))
            }
            Place::File(real) => replace(real, document),
        };
        written.map_err(|error| {
            Failure::new(
                Exit::Internal,
                format!("cannot write the document to {}: {error}", self.path.display()),
            )
            .hint("the daemon keeps it: the same command again, with another -o, does not compute it again")
        })
    }
}

fn is_same(metadata: &std::fs::Metadata, video: &Path) -> bool {
    std::fs::metadata(video).is_ok_and(|video| (video.dev(), video.ino()) == (metadata.dev(), metadata.ino()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let beside = folder_of(path).join(name);
    let written = write_whole(&beside, path, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// To the disk, with the rights of the file that it is going to replace.
fn write_whole(path: &Path, replaces: &Path, content: &[u8]) -> std::io::Result<()> {
    // Of a process that had the same number and was killed. Whatever else is there is never written through.
    let _ = std::fs::remove_file(path);
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    if let Ok(metadata) = std::fs::metadata(replaces) {
        file.set_permissions(metadata.permissions())?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path, video: &Path) -> String {
        let failure = DocumentTarget::at(path, video).expect_err("refused");
        assert_eq!(failure.exit, Exit::Usage);
        failure.message
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_anything_is_computed() {
        let folder = tempfile::tempdir().expect("a folder");
        let video = folder.path().join("a.mp4");
        std::fs::write(&video, b"video").expect("written");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("a.mp4", &link).expect("a link");
        assert!(refusal(&folder.path().join("missing/out.json"), &video).contains("there is no folder"));
        assert!(refusal(folder.path(), &video).ends_with("it is a folder"));
        assert!(refusal(&folder.path().join("new/"), &video).ends_with("it is not the name of a file"));
        assert!(refusal(&video, &video).ends_with("it is the video"));
        assert!(refusal(&link, &video).ends_with("it is the video"));
        assert!(refusal(&video.join("out.json"), &video).contains("Not a directory"));
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("out.json");
        std::fs::write(&file, b"old").expect("written");
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink("out.json", &link).expect("a link");
        let target = DocumentTarget::at(&link, Path::new("/v.mp4")).expect("can be written");
        target.write(b"new").expect("written");
        assert_eq!(std::fs::read(&file).expect("there"), b"new");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }

    #[test]
    fn a_device_is_written_to_and_stays() {
        let target = DocumentTarget::at(Path::new("/dev/null"), Path::new("/v.mp4")).expect("can be written");
        assert_eq!(target.place, Place::Device);
        target.write(b"x").expect("written");
    }
}
