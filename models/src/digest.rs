//! SHA-256 as it is written everywhere: 64 lower-case hexadecimal digits.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256 as Hasher};

/// Read at once.
const BLOCK: usize = 1 << 18;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sha256(String);

impl Sha256 {
    pub fn of(bytes: &[u8]) -> Self {
        let mut summing = Summing::new(std::io::sink());
        summing.feed(bytes);
        summing.sum().0
    }

    /// Sum and length of a file.
    pub fn of_file(path: &Path) -> std::io::Result<(Self, u64)> {
        let mut summing = Summing::new(std::io::sink());
        let mut file = File::open(path)?;
        let mut block = vec![0; BLOCK];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(summing.sum()),
                read => summing.feed(&block[..read]),
            }
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sha256 {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match text.len() == 64 && text.bytes().all(digit) {
            true => Ok(Sha256(text)),
            false => Err(format!("{text:?} is no SHA-256: it has 64 digits of 0-9 and a-f")),
        }
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

/// Sums up what is written through it.
#[derive(Debug)]
pub struct Summing<W> {
    to: W,
    hasher: Hasher,
    bytes: u64,
}

impl<W> Summing<W> {
    pub fn new(to: W) -> Self {
        Summing { to, hasher: Hasher::new(), bytes: 0 }
    }

    /// Counts bytes that lie there already.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Sum and length so far.
    pub fn sum(&self) -> (Sha256, u64) {
        let digest = self.hasher.clone().finalize();
        (Sha256(digest.iter().map(|byte| format!("{byte:02x}")).collect()), self.bytes)
    }

    /// Goes on with the sum, and writes elsewhere from now on.
    pub fn with<V>(self, to: V) -> Summing<V> {
        Summing { to, hasher: self.hasher, bytes: self.bytes }
    }

    pub fn get_ref(&self) -> &W {
        &self.to
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.feed(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the standard, FIPS 180-4, as `sha256sum` prints it, too.
    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_sum_is_that_of_the_standard_however_the_bytes_come() {
        assert_eq!(Sha256::of(b"abc").as_str(), OF_ABC);
        let mut summing = Summing::new(Vec::new());
        summing.feed(b"a");
        summing.write_all(b"bc").expect("a vector takes all");
        assert_eq!((summing.sum().0.as_str(), summing.bytes()), (OF_ABC, 3));
        assert_eq!(summing.get_ref(), b"bc");
    }

    #[test]
    fn what_is_no_sum_is_refused() {
        assert!(Sha256::try_from(OF_ABC.to_owned()).is_ok());
        assert!(Sha256::try_from(OF_ABC.to_uppercase()).is_err());
        assert!(Sha256::try_from(OF_ABC[1..].to_owned()).is_err());
    }
}
