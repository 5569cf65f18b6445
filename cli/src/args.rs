//! The command line of `vactl`. Its words of help are what a person learns the program from.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes: 0 success, 1 partial (some analyzers gave no findings), 2 the caller's mistake, 3 the video cannot be read,
4 the daemon cannot be reached or takes no jobs, 5 internal error, 130 interrupted";

#[derive(Debug, Clone, Parser)]
#[command(name = "vactl", version, about = "Analyses videos, and looks after the daemon that does the work")]
#[command(after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Arguments {
    /// The daemon's Unix socket [default: $VA_SOCKET, else va.sock in the state folder, else /run/va/va.sock]
    #[arg(long, global = true, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Analyse a video; starts a private daemon where none runs
    Analyze(Analyze),
    /// The daemon's analyzers: what they are, and adding, switching and diagnosing them while it runs
    #[command(subcommand)]
    Plugins(Plugins),
    /// The models that analyzers run: what there is, what is installed, and installing it
    Models(Models),
    /// What was found, in other forms
    #[command(subcommand)]
    Results(Results),
    /// How the daemon does: its groups, workers and jobs
    Status(Status),
    /// The JSON Schema of the result document
    Schema,
    /// Start, stop and watch the private daemon
    #[command(subcommand)]
    Daemon(Daemon),
    /// A shell's completions for vactl, to be sourced
    Completions { shell: Shell },
}

#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Analyze {
    /// The video
    pub file: PathBuf,
    /// Run these analyzers only
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub analyzers: Option<Vec<String>>,
    /// Write the result document to this file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to print: a summary, or the whole document [default: table; nothing beside -o FILE without a terminal]
    #[arg(long)]
    pub format: Option<Format>,
    /// Compute again, whatever is stored
    #[arg(long)]
    pub fresh: bool,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Results {
    /// Write what is said as subtitles
    Export(Export),
}

#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The file with the result document, or the job whose document the daemon keeps
    #[arg(value_name = "FILE|JOB")]
    pub document: String,
    /// SubRip or WebVTT
    #[arg(long)]
    pub format: ExportFormat,
    /// Write them to this file; - is standard output, as is the default
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Srt,
    Vtt,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Plugins {
    /// List the analyzers, and whether they can be used
    List(Listing),
    /// Show all that is known of an analyzer
    Show(OnePlugin),
    /// Tell why an analyzer does not run, and what to do about it
    Why(OnePlugin),
    /// Check a library in a process of its own, copy it to the daemon and use its analyzer from the next job on; a newer
    /// build takes the place of the one before
    Add {
        /// The library
        file: PathBuf,
        /// The worker group that is to run it [default: as the configuration says]
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        #[command(flatten)]
        listing: Listing,
    },
    /// Remove an analyzer that was added
    Remove(OnePlugin),
    /// Switch an analyzer on, from the next job on and for good; ends its quarantine
    Enable {
        name: String,
        /// Have this worker group run it
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        #[command(flatten)]
        listing: Listing,
    },
    /// Switch an analyzer off, from the next job on and for good, and give its memory back
    Disable(OnePlugin),
    /// Look at an analyzer's file again and load it anew; at all of them, where none is named
    Reload {
        name: Option<String>,
        #[command(flatten)]
        listing: Listing,
    },
    /// Check a library, or the one of an analyzer, in a process of its own: load it, and run it on a small clip
    Test {
        #[arg(value_name = "FILE|NAME")]
        plugin: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// Write the source of a new analyzer: it builds, passes its tests and loads as it is
    New(NewPlugin),
}

#[derive(Debug, Clone, Args)]
pub struct NewPlugin {
    /// The analyzer's name: lower-case letters, digits and _
    pub name: String,
    /// What the example in it looks at
    #[arg(long, default_value = "frames")]
    pub template: Template,
    /// The folder to make [default: NAME in the current folder]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// The source of the analyzer SDK [default: $VA_SDK_DIR, else what was installed with vactl]
    #[arg(long, value_name = "DIR")]
    pub sdk: Option<PathBuf>,
    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Pictures: how bright each second is
    Frames,
    /// Sound: how loud each second is
    Audio,
    /// What other analyzers found: the shots between their cuts
    Findings,
}

#[derive(Debug, Clone, Args)]
pub struct OnePlugin {
    /// The analyzer
    pub name: String,
    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Clone, Args)]
pub struct Models {
    /// The folder of models [default: $VA_MODELS_DIR, else va/models in $XDG_DATA_HOME or in ~/.local/share]
    #[arg(long, global = true, value_name = "PATH")]
    pub models_dir: Option<PathBuf>,
    /// The table of models [default: $VA_MODELS_TABLE, else models.toml beside va.toml, else the one that is built in]
    #[arg(long, global = true, value_name = "FILE")]
    pub table: Option<PathBuf>,
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ModelsCommand {
    /// List the models of the table, and which of them are installed
    List(Listing),
    /// All that is known of one model
    Show {
        name: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// Fetch models, convert them where they need it, and install them; nothing is done twice
    Pull(Pull),
    /// Compare the files of installed models with their sums
    Verify {
        /// All that are installed, where none is named
        names: Vec<String>,
        #[command(flatten)]
        listing: Listing,
    },
    /// Remove models, with their earlier versions
    Remove {
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Print the folder with a model's files
    Path { name: String },
    /// Load analyzers, and with them the models that they use, before a job wants them
    Warm(InMemory),
    /// Unload analyzers that no job uses, and with them the models that they use; a job that wants one loads it again
    Evict(InMemory),
    /// Return to the version before the last update; a second time, back again
    Rollback { name: String },
}

#[derive(Debug, Clone, Args)]
pub struct InMemory {
    /// Analyzers, as `vactl plugins list` names them; all where none is named
    pub names: Vec<String>,
    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Clone, Args)]
pub struct Pull {
    /// These models, and the runtime that they need
    pub names: Vec<String>,
    /// All models of these tiers [default: the default tier, where no model is named]
    #[arg(long, value_name = "TIER,...", value_delimiter = ',')]
    pub tier: Vec<Tier>,
    /// Take them from this file or folder, and from no network: a model's own files, or the archives it comes in
    #[arg(long, value_name = "PATH")]
    pub from: Option<PathBuf>,
    /// Accept a licence for research only, or terms that nobody states; may be repeated
    #[arg(long, value_name = "LICENCE")]
    pub accept_license: Vec<String>,
    /// Also what is installed already
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// What a fresh machine needs
    Default,
    /// Lighter, more permissive, or optional
    Small,
    /// What the authors of the methods published
    Reference,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Daemon {
    /// Start the private daemon, and wait until it answers
    Start,
    /// Let the private daemon finish its running jobs and stop
    Stop {
        /// Wait so long for its end
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        timeout: u64,
    },
    /// The same as `vactl status`
    Status(Listing),
    /// Print the private daemon's log
    Logs {
        /// So many lines from the end; all where it is not given
        #[arg(short = 'n', long, value_name = "LINES")]
        lines: Option<usize>,
        /// Go on with what is written from now on
        #[arg(short, long)]
        follow: bool,
    },
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Status {
    /// Who has what of the memory, and which analyzers had to go
    #[arg(long)]
    pub memory: bool,
    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Listing {
    /// How to print it
    #[arg(long, default_value = "table")]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn analyzers_are_separated_by_commas_and_a_file_may_begin_with_a_dash() {
        let read = Arguments::try_parse_from(["vactl", "analyze", "--analyzers", "a,b", "--", "-x.mp4"])
            .expect("is read");
        let Command::Analyze(analyze) = read.command else { panic!("another command") };
        assert_eq!(analyze.analyzers, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(analyze.file, PathBuf::from("-x.mp4"));
        assert!(Arguments::try_parse_from(["vactl", "analyze", "--analyzers", "a,", "x"]).is_err());
    }
}
