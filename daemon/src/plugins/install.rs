//! Puts a plugin's file into the daemon's own folder: checked as it lies there, whole or not at all.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// A plugin is not larger, bytes.
const LARGEST: u64 = 1 << 30;

/// A copy that is not part of the folder yet, since its name says so; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Incoming {
    path: PathBuf,
    sha256: String,
}

impl Incoming {
    /// Copies the file beside its later place.
    ///
    /// # Errors
    /// Where it cannot be read, is no file, or the folder cannot be written.
    pub(crate) fn copy(file: &Path, folder: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(metadata.is_file(), "{} is no file", file.display());
        ensure!(metadata.len() <= LARGEST, "{} is larger than 1 GiB", file.display());
        let mut from = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut to = tempfile::Builder::new().prefix("incoming-").suffix(".part").tempfile_in(folder)?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer).with_context(|| format!("cannot read {}", file.display()))?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
            to.write_all(&buffer[..read]).with_context(|| format!("cannot write to {}", folder.display()))?;
        }
        to.as_file().sync_all()?;
        let (_, path) = to.keep().context("cannot keep the copy")?;
        let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Incoming { path, sha256 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it part of the folder under a name that tells versions and builds apart.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub(crate) fn keep(self, folder: &Path, name: &str, version: &str) -> Result<PathBuf> {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let version: String = version.chars().map(|c| if plain(c) { c } else { '_' }).take(40).collect();
        let place = folder.join(format!("{name}-{version}-{}.so", &self.sha256[..12]));
        let kept = || -> std::io::Result<()> {
            std::fs::rename(&self.path, &place)?;
            File::open(folder)?.sync_all()
        };
        kept().with_context(|| format!("cannot write {}", place.display()))?;
        Ok(place)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Where it was kept it has another name by now.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Makes the folder, and removes copies that a daemon which was killed left in it.
///
/// # Errors
/// Where it cannot be made.
pub(crate) fn prepare(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let entries = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    for path in entries.filter(|path| path.extension().is_some_and(|extension| extension == "part")) {
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_copy_is_kept_whole_under_its_version_or_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, plugins) = (folder.path().join("libx.so"), folder.path().join("plugins"));
        prepare(&plugins).expect("made");
        std::fs::write(&source, "ELF").expect("written");
        drop(Incoming::copy(&source, &plugins).expect("copied"));
        assert_eq!(files(&plugins), Vec::<String>::new());
        let incoming = Incoming::copy(&source, &plugins).expect("copied");
        let place = incoming.keep(&plugins, "faces", "1.0.0+a/b").expect("kept");
        assert_eq!(std::fs::read_to_string(&place).expect("there"), "ELF");
        assert_eq!(files(&plugins), ["faces-1.0.0_a_b-706abe3c9015.so"]);
    }

    #[test]
    fn what_was_left_half_copied_is_removed_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("incoming-x.part"), "EL").expect("written");
        std::fs::write(folder.path().join("faces.so"), "ELF").expect("written");
        prepare(folder.path()).expect("made");
        assert_eq!(files(folder.path()), ["faces.so"]);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused =
            |path: &Path| format!("{:#}", Incoming::copy(path, folder.path()).expect_err("refused"));
        assert!(refused(folder.path()).contains("is no file"));
        assert!(refused(Path::new("/nowhere/x.so")).contains("cannot read /nowhere/x.so"));
    }
}
