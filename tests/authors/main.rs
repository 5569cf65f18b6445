//! What an author of analyzers does: `vactl plugins new`, cargo, and the page that leads through it.
//!
//! Cargo is run for real. Its target folder is kept beside ours, so that the dependencies are compiled once.

mod page;
mod templates;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use va_tests::bin_dir;

/// A compiler that waits for others may take this long.
const LIMIT: Duration = Duration::from_secs(500);

/// Where all crates of these tests are built.
fn target() -> PathBuf {
    let target = bin_dir().join("../compat");
    std::fs::create_dir_all(&target).expect("the target folder can be written");
    target.canonicalize().expect("it was made")
}

fn workspace() -> PathBuf {
    // Where this runs, not where it was built: a target folder may serve several clones.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&package).parent().expect("the workspace").to_owned()
}

/// A command that runs cargo, free of what the cargo that runs this test has set, and without a network.
fn outside(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let cargo_s_own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "NEXTEST"];
        if name.to_str().is_some_and(|name| cargo_s_own.iter().any(|own| name.starts_with(own))) {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS").env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TERM_COLOR", "never").current_dir(folder);
    command
}
