//! Loads a plugin's library, after a look at the file itself.

use std::path::{Path, PathBuf};

use goblin::elf::Elf;
use va_analyzer_sdk::abi::Plugin;
use va_analyzer_sdk::compatibility::LoadError;

/// Why a plugin is not running. Each says what was tried, on what, why it failed, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot read {}: {reason}; check the path and its permissions", path.display())]
    Unreadable { path: PathBuf, reason: std::io::Error },
    #[error("cannot load {}: {reason}; build it as a cdylib for this machine", path.display())]
    NotALibrary { path: PathBuf, reason: String },
    #[error(
        "cannot load {}: the file is cut off ({have} bytes, its headers speak of {need}); copy it again",
        path.display()
    )]
    Truncated { path: PathBuf, have: u64, need: u64 },
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("{0}")]
    Description(String),
}

impl From<va_analyzer_sdk::Error> for OpenError {
    fn from(error: va_analyzer_sdk::Error) -> Self {
        OpenError::Description(error.message)
    }
}

/// Loads the library at `path`.
///
/// # Errors
/// See [`OpenError`]. A library whose constructors crash takes the process with it: for the first time it is opened
/// by `va-worker describe` or `va-worker check`.
pub(crate) fn open(path: &Path) -> Result<Plugin, OpenError> {
    let File { path, .. } = File::checked(path)?;
    Ok(Plugin::open(&path)?)
}

/// A file that the dynamic linker may see.
pub(crate) struct File {
    /// Absolute: a bare name would be searched for on the library path.
    pub(crate) path: PathBuf,
    pub(crate) bytes: usize,
}

impl File {
    /// # Errors
    /// Where it is no whole shared library of this machine.
    pub(crate) fn checked(path: &Path) -> Result<Self, OpenError> {
        let unreadable = |reason| OpenError::Unreadable { path: path.to_owned(), reason };
        let path = path.canonicalize().map_err(unreadable)?;
        let bytes = std::fs::read(&path).map_err(unreadable)?;
        check_image(&path, &bytes)?;
        Ok(File { path, bytes: bytes.len() })
    }
}

/// Makes sure that the file is a whole shared library of this machine: the dynamic linker does not check the length,
/// and touching a page beyond it kills the process.
fn check_image(path: &Path, bytes: &[u8]) -> Result<(), OpenError> {
    let not_a_library = |reason: String| OpenError::NotALibrary { path: path.to_owned(), reason };
    if !bytes.starts_with(b"\x7fELF") {
        return Err(not_a_library("it is no ELF file".to_owned()));
    }
    let header =
        Elf::parse_header(bytes).map_err(|e| not_a_library(format!("its ELF header is broken ({e})")))?;
    if header.e_machine != NATIVE {
        let machine = goblin::elf::header::machine_to_str(header.e_machine);
        return Err(not_a_library(format!("it is built for another machine ({machine})")));
    }
    if header.e_type != goblin::elf::header::ET_DYN {
        return Err(not_a_library("it is an ELF file, but no shared library".to_owned()));
    }
    let have = bytes.len() as u64;
    let table = |at: u64, entry: u16, count: u16| at.saturating_add(u64::from(entry) * u64::from(count));
    let tables = table(header.e_phoff, header.e_phentsize, header.e_phnum).max(table(
        header.e_shoff,
        header.e_shentsize,
        header.e_shnum,
    ));
    if tables > have {
        return Err(OpenError::Truncated { path: path.to_owned(), have, need: tables });
    }
    let elf = Elf::parse(bytes).map_err(|e| not_a_library(format!("its ELF image is broken ({e})")))?;
    let segments =
        elf.program_headers.iter().map(|segment| segment.p_offset.saturating_add(segment.p_filesz));
    let sections = elf
        .section_headers
        .iter()
        .filter(|section| section.sh_type != goblin::elf::section_header::SHT_NOBITS);
    let sections = sections.map(|section| section.sh_offset.saturating_add(section.sh_size));
    let need = segments.chain(sections).max().unwrap_or(0);
    if need > have {
        return Err(OpenError::Truncated { path: path.to_owned(), have, need });
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
const NATIVE: u16 = goblin::elf::header::EM_X86_64;
#[cfg(target_arch = "aarch64")]
const NATIVE: u16 = goblin::elf::header::EM_AARCH64;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        open(file.path()).err().expect("refused").to_string()
    }

    #[test]
    fn what_is_no_library_is_refused_in_plain_words() {
        assert!(refused(b"").contains("no ELF file"));
        assert!(refused(b"#!/bin/sh\n").contains("no ELF file"));
        assert!(refused(b"\x7fELF\x02\x01\x01").contains("broken"));
        let program = std::fs::read("/proc/self/exe").expect("this test");
        let mut foreign = program.clone();
        foreign[18] = 0xf3;
        assert!(refused(&foreign).contains("another machine"));
        let missing = open(Path::new("/nowhere/liba.so")).err().expect("refused").to_string();
        assert!(missing.contains("/nowhere/liba.so") && missing.contains("check the path"), "{missing}");
    }

    #[test]
    fn a_library_cut_anywhere_is_refused_before_the_linker_sees_it() {
        let candidates = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6"];
        let library = candidates.iter().find_map(|path| std::fs::read(path).ok()).expect("a library");
        for part in [1, 10, 50, 90, 99] {
            let said = refused(&library[..library.len() * part / 100]);
            assert!(said.contains("cut off") || said.contains("broken"), "{part} %: {said}");
        }
    }
}
