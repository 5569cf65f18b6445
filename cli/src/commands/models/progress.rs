//! How far a pull is: bars on a terminal, a line for each thing that is done elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use va_models_pull::{Event, Plan};

use crate::output::{Style, bytes, text};
use crate::progress::{TICK, bar_style, can_be_live, template};

/// Columns of a file's name: with the bar, it fits into 80.
const NAME: usize = 36;

/// Takes its bars away again when it is dropped; its lines stay.
#[derive(Debug)]
pub(super) struct Display {
    lines: MultiProgress,
    live: bool,
    colour: bool,
    /// All files together.
    whole: ProgressBar,
    /// Of files, and of models that are made.
    bars: Mutex<BTreeMap<String, ProgressBar>>,
    /// Bytes so far, by file.
    fetched: Mutex<BTreeMap<String, u64>>,
}

impl Display {
    pub(super) fn of(plan: &Plan<'_>) -> Self {
        let live = can_be_live();
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let lines = MultiProgress::with_draw_target(target);
        let colour = Style::of_stderr().colour;
        let whole = lines.add(ProgressBar::new(plan.bytes()).with_style(bar_style(colour)));
        whole.set_prefix(text::padded("all files", NAME));
        Display { lines, live, colour, whole, bars: Mutex::default(), fetched: Mutex::default() }
    }

    /// A line that stays.
    pub(super) fn note(&self, line: &str) {
        if self.live {
            let _ = self.lines.println(line);
        } else {
            eprintln!("{line}");
        }
    }

    pub(super) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Waiting => say_waiting(),
            Event::Locating => self.begin("asking pip and npm where the files lie"),
            Event::Fetching { file, at, of } => self.advance(file, *at, *of),
            Event::Fetched { file, bytes: of } => {
                self.advance(file, *of, *of);
                self.end(file);
                self.note(&format!("fetched {} ({})", text::clean(file), bytes(*of)));
            }
            Event::Preparing => self.begin("making the environment of the recipes"),
            Event::Prepared => self.end("making the environment of the recipes"),
            Event::Making { model } => self.begin(&making(model)),
            Event::Installed { manifest } => {
                self.end(&making(&manifest.name));
                let size = bytes(manifest.bytes());
                self.note(&format!("installed {} ({size}, {})", manifest.name, manifest.licence));
            }
            Event::Failed { model, .. } => {
                self.end(&making(model));
                self.note(&format!("could not install {model}"));
            }
        }
    }

    fn advance(&self, file: &str, at: u64, of: u64) {
        self.end("asking pip and npm where the files lie");
        let all: u64 = {
            let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
            fetched.insert(file.to_owned(), at);
            fetched.values().sum()
        };
        self.whole.set_position(all);
        let all = format!("{} of {}", bytes(all), bytes(self.whole.length().unwrap_or(0)));
        self.whole.set_prefix(text::padded(&all, NAME));
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(file.to_owned()).or_insert_with(|| {
            let bar = self.lines.add(ProgressBar::new(of).with_style(bar_style(self.colour)));
            bar.with_prefix(text::padded(&text::cut(&text::clean(file), NAME), NAME))
        });
        bar.set_position(at);
    }

    fn begin(&self, what: &str) {
        let bar = self.lines.add(ProgressBar::new_spinner().with_style(template("  {spinner} {msg}")));
        bar.set_message(text::clean(what));
        if self.live {
            bar.enable_steady_tick(TICK);
        }
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned(), bar);
    }

    fn end(&self, what: &str) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(what) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.lines.clear();
    }
}

fn making(model: &str) -> String {
    format!("making {model}")
}

pub(super) fn say_waiting() {
    eprintln!("another vactl changes the models; waiting for it");
}
