//! `vactl plugins new`: writes the crate of an analyzer. It needs no daemon, and runs no compiler.

mod lock;
mod name;
mod sdk;

use std::path::{Path, PathBuf};

use serde_json::json;

use self::sdk::Sdk;
use crate::args::{Format, NewPlugin, Template};
use crate::exit::{Exit, Failure};
use crate::output;

/// A file of a template: its place in the crate, and its text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($place:literal, $template:literal) => {
        ($place, include_str!(concat!("../../../../templates/", $template)))
    };
}

/// What is the same in every crate.
const OUTER: [File; 3] =
    [file!("Cargo.toml", "manifest.toml"), file!("README.md", "README.md"), file!(".gitignore", "gitignore")];

impl Template {
    fn sources(self) -> [File; 2] {
        match self {
            Template::Frames => {
                [file!("src/lib.rs", "frames/lib.rs"), file!("src/tests.rs", "frames/tests.rs")]
            }
            Template::Audio => [file!("src/lib.rs", "audio/lib.rs"), file!("src/tests.rs", "audio/tests.rs")],
            Template::Findings => {
                [file!("src/lib.rs", "findings/lib.rs"), file!("src/tests.rs", "findings/tests.rs")]
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Template::Frames => "frames",
            Template::Audio => "audio",
            Template::Findings => "findings",
        }
    }
}

pub(super) async fn run(arguments: &NewPlugin) -> Result<(), Failure> {
    let NewPlugin { name, template, path, sdk, listing } = arguments;
    name::check(name)?;
    let sdk = Sdk::find(sdk.as_deref())?;
    let lock = lock::of_plugin(name, sdk.lock());
    let path = path.clone().unwrap_or_else(|| PathBuf::from(name));
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut files: Vec<(&str, String)> = OUTER
        .into_iter()
        .chain(template.sources())
        .map(|(place, text)| (place, filled(text, name, *template, &sdk)))
        .collect();
    files.extend(lock.map(|lock| ("Cargo.lock", lock)));
    write(&path, &files)?;

    let places: Vec<&str> = files.iter().map(|(place, _)| *place).collect();
    let text = match listing.format {
        Format::Table => in_words(arguments, &path, &sdk),
        Format::Json => output::json(&json!({
            "name": name,
            "template": template.name(),
            "path": path,
            "files": places,
            "sdk": sdk.folder(),
        }))?,
    };
    output::print(text).await
}

fn filled(text: &str, name: &str, template: Template, sdk: &Sdk) -> String {
    // A string of JSON is one of TOML, too.
    let sdk = json!(sdk.folder()).to_string();
    text.replace("@NAME@", name).replace("@TEMPLATE@", template.name()).replace("@SDK@", &sdk)
}

/// A folder that has anything in it already is left as it is.
fn write(path: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let cannot = |what: &Path, why: std::io::Error| {
        Failure::new(Exit::Usage, format!("cannot write {}: {why}", what.display()))
            .hint("name a folder that you may write to with --path")
    };
    let taken = match path.read_dir() {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.exists(),
    };
    if taken {
        let message = format!("cannot write an analyzer to {}: it is there already", path.display());
        return Err(Failure::new(Exit::Usage, message).hint("name another folder with --path"));
    }
    for (place, text) in files {
        let file = path.join(place);
        let folder = file.parent().unwrap_or(path);
        std::fs::create_dir_all(folder).map_err(|why| cannot(folder, why))?;
        std::fs::write(&file, text).map_err(|why| cannot(&file, why))?;
    }
    Ok(())
}

fn in_words(arguments: &NewPlugin, path: &Path, sdk: &Sdk) -> String {
    let NewPlugin { name, template, .. } = arguments;
    format!(
        "wrote     the analyzer {name}, from the template {}\n\
         folder    {}\n\
         built on  {}\n\
         next      cargo test --release && cargo build --release, in that folder; then\n\
         \x20         vactl plugins add target/release/lib{name}.so\n",
        template.name(),
        path.display(),
        sdk.folder().display(),
    )
}
