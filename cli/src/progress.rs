//! How far a job is, live on a terminal: a line for the job, and a bar for each analyzer. Elsewhere nothing.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use va_protocol::api::job::{AnalyzerProgress, JobEvent, ProgressState};

use crate::output::{Style, duration, text};

/// Steps of a bar.
const STEPS: u64 = 1000;
pub(crate) const TICK: Duration = Duration::from_millis(120);

/// Whether standard error is a terminal that can move its cursor.
pub(crate) fn can_be_live() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    std::io::stderr().is_terminal() && !dumb
}

/// Takes its lines away again when it is dropped.
#[derive(Debug)]
pub(crate) struct Display {
    lines: MultiProgress,
    job: ProgressBar,
    analyzers: BTreeMap<String, ProgressBar>,
    colour: bool,
}

impl Display {
    pub(crate) fn of(video: &Path, quiet: bool) -> Self {
        let style = Style::of_stderr();
        let live = can_be_live() && !quiet;
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let lines = MultiProgress::with_draw_target(target);
        let job = lines.add(ProgressBar::new_spinner().with_style(template("{spinner} {prefix}  {msg}")));
        let name = video.file_name().unwrap_or(video.as_os_str()).to_string_lossy();
        job.set_prefix(text::cut(&text::clean(&name), style.width / 2));
        if live {
            job.enable_steady_tick(TICK);
        }
        Display { lines, job, analyzers: BTreeMap::new(), colour: style.colour }
    }

    pub(crate) fn say(&self, what: &str) {
        self.job.set_message(what.to_owned());
    }

    pub(crate) fn show(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Queued { ahead, .. } => self.say(&waiting(*ahead)),
            JobEvent::Started { .. } => self.say("analysing"),
            JobEvent::Progress { analyzers, .. } => self.advance(analyzers),
            JobEvent::Finished { .. } => self.say("fetching the document"),
            JobEvent::Failed { .. } => {}
        }
    }

    fn advance(&mut self, analyzers: &[AnalyzerProgress]) {
        let names = analyzers.iter().map(|progress| text::width(&progress.analyzer)).max().unwrap_or(0);
        for progress in analyzers {
            let bar = self.analyzers.entry(progress.analyzer.clone()).or_insert_with(|| {
                let bar = self.lines.add(ProgressBar::new(STEPS).with_style(bar_style(self.colour)));
                bar.with_prefix(text::padded(&text::clean(&progress.analyzer), names))
            });
            bar.set_position((progress.fraction.clamp(0.0, 1.0) * STEPS as f64) as u64);
            bar.set_message(state(progress));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.job.disable_steady_tick();
        let _ = self.lines.clear();
    }
}

pub(crate) fn bar_style(colour: bool) -> ProgressStyle {
    let bar = if colour { "{bar:30.cyan/dim}" } else { "{bar:30}" };
    template(&format!("  {{prefix}}  {bar} {{percent:>3}} %  {{msg}}")).progress_chars("━╸─")
}

pub(crate) fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn waiting(ahead: usize) -> String {
    match ahead {
        0 => "waiting for its turn".to_owned(),
        1 => "waiting: 1 job is ahead".to_owned(),
        _ => format!("waiting: {ahead} jobs are ahead"),
    }
}

fn state(progress: &AnalyzerProgress) -> String {
    match (progress.state, progress.left_s) {
        (ProgressState::Waiting, _) => "waiting".to_owned(),
        (ProgressState::Running, Some(left_s)) => format!("{} left", duration(left_s.max(0.0).ceil())),
        (ProgressState::Running, None) => String::new(),
        (ProgressState::Done, _) => "done".to_owned(),
        (ProgressState::Failed, _) => "failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analyzer_tells_how_long_it_will_take() {
        let told = |state_now, left_s| {
            state(&AnalyzerProgress { analyzer: "a".to_owned(), state: state_now, fraction: 0.5, left_s })
        };
        assert_eq!(told(ProgressState::Running, Some(11.2)), "12 s left");
        assert_eq!(told(ProgressState::Running, Some(83.0)), "1 min 23 s left");
        assert_eq!(told(ProgressState::Running, None), "");
        assert_eq!(told(ProgressState::Waiting, None), "waiting");
        assert_eq!(told(ProgressState::Done, None), "done");
    }

    #[test]
    fn the_templates_are_understood() {
        assert!(ProgressStyle::with_template("{spinner} {prefix}  {msg}").is_ok());
        assert!(ProgressStyle::with_template("  {prefix}  {bar:30.cyan/dim} {percent:>3} %  {msg}").is_ok());
    }
}
