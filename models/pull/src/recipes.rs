//! The conversions: Python scripts that are built in, and the environment with what they import, made once for each set
//! of versions. Their outputs are the same, byte by byte, wherever those versions run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use va_models::digest::Sha256;
use va_models::store::{Building, Lock, Store};
use va_models::table::Recipe;

use crate::error::ModelError;
use crate::tools::{Tools, output, said, status};

const SCRIPTS: [(&str, &str); 8] = [
    ("ct2_whisper_to_onnx.py", include_str!("../recipes/ct2_whisper_to_onnx.py")),
    ("free_dims.py", include_str!("../recipes/free_dims.py")),
    ("graph.py", include_str!("../recipes/graph.py")),
    ("keras_cnn_to_onnx.py", include_str!("../recipes/keras_cnn_to_onnx.py")),
    ("minilm_to_onnx.py", include_str!("../recipes/minilm_to_onnx.py")),
    ("pth_to_onnx.py", include_str!("../recipes/pth_to_onnx.py")),
    ("tfjs_to_onnx.py", include_str!("../recipes/tfjs_to_onnx.py")),
    ("tflite_to_onnx.py", include_str!("../recipes/tflite_to_onnx.py")),
];
const PREFIX: &str = ".recipes-";
/// Written last: without it, the environment is half made.
const READY: &str = "ready";

#[derive(Debug)]
pub(crate) struct Environment {
    python: PathBuf,
    scripts: Building,
}

impl Environment {
    /// Finds or makes the one for these recipes.
    pub(crate) fn prepare<'a>(
        tools: &Tools,
        store: &Store,
        lock: &Lock,
        recipes: impl Iterator<Item = &'a Recipe>,
    ) -> Result<Self, ModelError> {
        let needs: BTreeSet<&str> = recipes.flat_map(|recipe| &recipe.needs).map(String::as_str).collect();
        let folder = store.path().join(format!("{PREFIX}{}", key(tools, &needs)?));
        if !folder.join(READY).exists() {
            remove_others(store.path());
            make(tools, &folder, &needs)?;
        }
        let scripts = lock.new_folder(store)?;
        for (name, text) in SCRIPTS {
            let path = scripts.path().join(name);
            std::fs::write(&path, text).map_err(ModelError::file("write", &path))?;
        }
        Ok(Environment { python: folder.join("bin/python"), scripts })
    }

    /// Converts what lies in `from` into what comes to lie in `out`.
    pub(crate) fn run(
        &self,
        name: &str,
        recipe: &Recipe,
        args: &[String],
        from: &Path,
        out: &Path,
    ) -> Result<(), ModelError> {
        let mut command = Command::new(&self.python);
        // Without anything of the user's own; and two of them run at once.
        command.args(["-E", "-s", "-B"]).arg(self.scripts.path().join(&recipe.script));
        command.args(args.iter().map(|arg| filled(arg, from, out))).current_dir(out);
        command.env("OPENBLAS_NUM_THREADS", "1").stdin(std::process::Stdio::null());
        let output = output(&mut command, "python3")?;
        if output.status.success() {
            return Ok(());
        }
        let (status, said) = (status(&output), said(&output.stderr));
        Err(ModelError::Recipe { recipe: name.to_owned(), status, said })
    }
}

fn filled(arg: &str, from: &Path, out: &Path) -> String {
    arg.replace("{src}", &from.to_string_lossy()).replace("{out}", &out.to_string_lossy())
}

/// Of the packages, and of the Python that they are for.
fn key(tools: &Tools, needs: &BTreeSet<&str>) -> Result<String, ModelError> {
    let python =
        output(tools.python().args(["-c", "import sys; print(sys.version, sys.prefix)"]), "python3")?;
    let all = format!("{}{needs:?}", String::from_utf8_lossy(&python.stdout));
    Ok(Sha256::of(all.as_bytes()).as_str()[..12].to_owned())
}

/// Without a pip of its own: that of the machine installs into it, so python3-venv is not needed.
fn make(tools: &Tools, folder: &Path, needs: &BTreeSet<&str>) -> Result<(), ModelError> {
    let mut venv = tools.python();
    venv.args(["-m", "venv", "--clear", "--without-pip"]).arg(folder);
    succeed(&mut venv, "python3-venv")?;
    if !needs.is_empty() {
        let mut install = tools.python();
        install.args(["-m", "pip", "--python"]).arg(folder.join("bin/python"));
        install.args(["install", "--quiet", "--retries", "1", "--only-binary", ":all:"]).args(needs);
        succeed(&mut install, "python3-pip")?;
    }
    let ready = folder.join(READY);
    std::fs::write(&ready, "").map_err(ModelError::file("write", &ready))
}

fn succeed(command: &mut Command, package: &'static str) -> Result<(), ModelError> {
    let output = output(command, package)?;
    let why = match said(&output.stderr) {
        said if said.is_empty() => status(&output),
        said if said.contains("NewConnectionError") => {
            "the package index cannot be reached (no network?)".to_owned()
        }
        said => said,
    };
    match output.status.success() {
        true => Ok(()),
        false if why.contains("No module named venv") => {
            Err(ModelError::Program { program: "python3's venv".to_owned(), package })
        }
        false => Err(ModelError::Environment { why }),
    }
}

/// Those of other versions.
fn remove_others(models: &Path) {
    for entry in std::fs::read_dir(models).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use va_models::table::Table;

    use super::*;

    #[test]
    fn every_recipe_of_the_shipped_table_is_built_in() {
        for (name, recipe) in Table::shipped().recipes {
            assert!(SCRIPTS.iter().any(|(script, _)| Path::new(script) == recipe.script), "{name}");
        }
    }

    #[test]
    fn every_script_of_the_folder_is_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".py"))
            .collect();
        there.sort();
        assert_eq!(there, SCRIPTS.map(|(name, _)| name));
    }

    #[test]
    fn folders_stand_in_arguments() {
        let (from, out) = (Path::new("/s"), Path::new("/o"));
        assert_eq!(filled("{src}/a.json", from, out), "/s/a.json");
        assert_eq!(filled("{out}", from, out), "/o");
        assert_eq!(filled("Identity=prob", from, out), "Identity=prob");
    }
}
