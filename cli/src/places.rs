//! Where the daemon's things lie: its sockets, its state folder, its log. Decided from flags and environment alone.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::client::{Client, ClientError};
use crate::exit::{Exit, Failure};

/// Where a daemon of the whole machine listens.
const SYSTEM_SOCKET: &str = "/run/va/va.sock";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// By flag or environment: then no other is tried.
    given_socket: Option<PathBuf>,
    state_dir: Option<PathBuf>,
}

impl Places {
    /// By the environment and, before that, the flag `--socket`.
    pub fn new(socket: Option<&Path>) -> Self {
        Self::of(socket, |name| std::env::var_os(name))
    }

    fn of(socket: Option<&Path>, environment: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let state_dir = set("VA_STATE_DIR")
            .or_else(|| set("XDG_STATE_HOME").map(|state| state.join("va")))
            .or_else(|| set("HOME").map(|home| home.join(".local/state/va")));
        let given_socket = socket.map(Path::to_owned).or_else(|| set("VA_SOCKET"));
        Places { given_socket: given_socket.map(absolute), state_dir: state_dir.map(absolute) }
    }

    /// # Errors
    /// Where the environment does not tell.
    pub fn state_dir(&self) -> Result<&Path, Failure> {
        self.state_dir.as_deref().ok_or_else(|| {
            Failure::new(Exit::Usage, "cannot tell where the private daemon keeps its state: HOME is not set")
                .hint("set VA_STATE_DIR to a folder")
        })
    }

    pub fn log(&self) -> Result<PathBuf, Failure> {
        Ok(self.state_dir()?.join("daemon.log"))
    }

    /// Where the private daemon listens.
    pub fn private_socket(&self) -> Result<PathBuf, Failure> {
        match &self.given_socket {
            Some(socket) => Ok(socket.clone()),
            None => Ok(self.state_dir()?.join("va.sock")),
        }
    }

    /// Where a daemon may answer, the likeliest first.
    pub fn sockets(&self) -> Vec<PathBuf> {
        match &self.given_socket {
            Some(socket) => vec![socket.clone()],
            None => self.private_socket().ok().into_iter().chain([PathBuf::from(SYSTEM_SOCKET)]).collect(),
        }
    }

    /// A daemon that answers, private or not.
    pub async fn daemon(&self) -> Result<Client, ClientError> {
        Client::of_first(self.sockets()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(socket: Option<&str>, environment: &[(&str, &str)]) -> Places {
        let value = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        Places::of(socket.map(Path::new), value)
    }

    #[test]
    fn the_state_folder_is_the_one_that_the_daemon_would_choose() {
        let state_dir = |environment: &[(&str, &str)]| places(None, environment).state_dir;
        let all = [("VA_STATE_DIR", "/v"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(state_dir(&all), Some("/v".into()));
        assert_eq!(state_dir(&all[1..]), Some("/x/va".into()));
        assert_eq!(state_dir(&all[2..]), Some("/h/.local/state/va".into()));
        assert_eq!(state_dir(&[("VA_STATE_DIR", ""), ("HOME", "/h")]), Some("/h/.local/state/va".into()));
        assert_eq!(state_dir(&[]), None);
    }

    #[test]
    fn a_given_socket_is_the_only_one() {
        let both = places(Some("/flag"), &[("VA_SOCKET", "/variable"), ("HOME", "/h")]);
        assert_eq!(both.sockets(), [PathBuf::from("/flag")]);
        let variable = places(None, &[("VA_SOCKET", "/variable"), ("HOME", "/h")]);
        assert_eq!(variable.sockets(), [PathBuf::from("/variable")]);
        assert_eq!(variable.private_socket(), Ok("/variable".into()));
    }

    #[test]
    fn a_private_daemon_goes_before_that_of_the_machine() {
        let sockets = places(None, &[("VA_STATE_DIR", "/v")]).sockets();
        assert_eq!(sockets, [PathBuf::from("/v/va.sock"), PathBuf::from(SYSTEM_SOCKET)]);
        assert_eq!(places(None, &[]).sockets(), [PathBuf::from(SYSTEM_SOCKET)]);
        assert_eq!(places(None, &[]).private_socket().expect_err("unknown").exit, Exit::Usage);
    }
}
