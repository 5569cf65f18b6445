//! Renames that either happened or did not, also for whoever looks in between or loses power.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Makes a link say something else, in one step.
pub(super) fn point(link: &Path, unfinished: &Path, to: &Path) -> io::Result<()> {
    remove_file(unfinished)?;
    std::os::unix::fs::symlink(to, unfinished)?;
    std::fs::rename(unfinished, link)?;
    sync_folder_of(link)
}

/// Puts a folder in its place, in one step; what was there comes to where it was built.
pub(super) fn put(built: &Path, place: &Path) -> io::Result<()> {
    if place.symlink_metadata().is_ok() {
        renameat_with(CWD, built, CWD, place, RenameFlags::EXCHANGE)?;
    } else {
        std::fs::rename(built, place)?;
    }
    sync_folder_of(place)
}

/// To the disk, with the folder's list of files.
pub(super) fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// A file that may be gone already.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
