//! The Unix socket: made for owner and group alone, taken over where it is stale.

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rustix::fs::Mode;

/// A path of a Unix socket is at most this long, bytes (unix(7)).
const LONGEST_PATH: usize = 107;

/// # Errors
/// Where another process serves this socket, or it cannot be made.
pub(crate) fn bind(path: &Path) -> Result<UnixListener> {
    if path.as_os_str().len() > LONGEST_PATH {
        bail!(
            "the socket's path {} is longer than {LONGEST_PATH} bytes; give a shorter one with --socket",
            path.display()
        );
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    if path.exists() {
        if UnixStream::connect(path).is_ok() {
            bail!(
                "another daemon serves {}; stop it, or give this one another socket with --socket",
                path.display()
            );
        }
        tracing::info!("{} was left by a daemon that is gone; taking it over", path.display());
        std::fs::remove_file(path)
            .with_context(|| format!("cannot remove the stale socket {}", path.display()))?;
    }
    // The socket gets its mode as it is made: no moment in which others may connect.
    let before = rustix::process::umask(Mode::from_raw_mode(0o117));
    let listener = UnixListener::bind(path).with_context(|| format!("cannot listen on {}", path.display()));
    rustix::process::umask(before);
    let listener = listener?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

pub(crate) fn unbind(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!("cannot remove {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_stale_socket_is_taken_over_and_a_served_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run/va.sock");
        let first = bind(&path).expect("free");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        assert!(bind(&path).expect_err("served").to_string().contains("another daemon"));
        drop(first);
        bind(&path).expect("stale");
    }

    #[test]
    fn a_path_that_is_too_long_is_refused_in_words() {
        let path = Path::new("/tmp").join("x".repeat(120));
        assert!(bind(&path).expect_err("too long").to_string().contains("107 bytes"));
    }
}
