//! Where the analyzer SDK's source lies: installed beside this program, or in the tree it was built from.

use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

/// From the folder of this program, in the layout of `make install`.
const INSTALLED: &str = "../share/va/analyzer-sdk";
/// In the tree that this program was built from, which may be gone.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../analyzer-sdk");

#[derive(Debug)]
pub(super) struct Sdk {
    folder: PathBuf,
    /// The versions of all that it was tested with, in the words of a `Cargo.lock`.
    lock: Option<String>,
}

impl Sdk {
    /// In the folder that is named, else in `$VA_SDK_DIR`, else where it was installed, else in the tree.
    pub(super) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let variable = std::env::var_os("VA_SDK_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
        let tried = match named.map(Path::to_owned).or(variable) {
            Some(folder) => vec![folder],
            None => {
                let program = std::env::current_exe().ok();
                let beside = program.as_deref().and_then(Path::parent).map(|folder| folder.join(INSTALLED));
                beside.into_iter().chain([PathBuf::from(TREE)]).collect()
            }
        };
        if let Some(folder) = tried.iter().find(|folder| is_the_sdk(folder)) {
            return Sdk::at(folder);
        }
        let places: Vec<String> = tried.iter().map(|folder| folder.display().to_string()).collect();
        let message =
            format!("cannot find the analyzer SDK's source: it is not in {}", places.join(", nor in "));
        Err(Failure::new(Exit::Usage, message)
            .hint("`make install` puts it beside vactl; or name its folder with --sdk"))
    }

    fn at(folder: &Path) -> Result<Self, Failure> {
        let whole = folder.canonicalize().ok().filter(|folder| folder.to_str().is_some());
        let folder = whole.ok_or_else(|| {
            let message =
                format!("cannot use the analyzer SDK's source in {}: the path is no text", folder.display());
            Failure::new(Exit::Usage, message)
                .hint("copy it to a folder whose name is UTF-8, and name that with --sdk")
        })?;
        // In the tree it is that of the workspace.
        let locks = [folder.join("Cargo.lock"), folder.join("../Cargo.lock")];
        let lock = locks.iter().find_map(|lock| std::fs::read_to_string(lock).ok());
        Ok(Sdk { folder, lock })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn lock(&self) -> Option<&str> {
        self.lock.as_deref()
    }
}

fn is_the_sdk(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.lines().any(|line| line == "name = \"va-analyzer-sdk\""))
}
