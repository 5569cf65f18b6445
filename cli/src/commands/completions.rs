//! `vactl completions SHELL`.

use clap::CommandFactory;
use clap_complete::generate;

use crate::args::{Arguments, Shell};
use crate::exit::Failure;
use crate::output;

pub(super) async fn run(shell: Shell) -> Result<(), Failure> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "vactl", &mut script);
    output::print(script).await
}
