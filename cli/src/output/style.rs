//! What the place that text goes to can show.

use std::env::var_os;
use std::io::IsTerminal;
use std::os::fd::AsFd;

/// Width of text that goes to no terminal, columns.
const USUAL_WIDTH: usize = 100;
/// Narrower than this nothing can be laid out.
const LEAST_WIDTH: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// 24 bits a colour, for samples of colours that were found.
    pub true_colour: bool,
    /// Columns.
    pub width: usize,
}

/// What a piece of text is, to be told by its colour too. Never by its colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
}

impl Style {
    /// Without colour, for files and pipes.
    pub const PLAIN: Style = Style { colour: false, true_colour: false, width: USUAL_WIDTH };

    pub fn of_stdout() -> Style {
        Style::of(&std::io::stdout())
    }

    pub fn of_stderr() -> Style {
        Style::of(&std::io::stderr())
    }

    fn of(place: &(impl AsFd + IsTerminal)) -> Style {
        if !place.is_terminal() {
            return Style::PLAIN;
        }
        let set = |name: &str| var_os(name).filter(|value| !value.is_empty());
        let colour = set("NO_COLOR").is_none() && set("TERM").is_some_and(|term| term != "dumb");
        let true_colour =
            colour && set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let columns = rustix::termios::tcgetwinsize(place).map_or(0, |size| usize::from(size.ws_col));
        let width = if columns == 0 { USUAL_WIDTH } else { columns.max(LEAST_WIDTH) };
        Style { colour, true_colour, width }
    }

    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
        };
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
