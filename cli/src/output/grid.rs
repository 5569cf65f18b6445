//! A table with a head, its columns as wide as they must be.

use super::style::{Style, Tone};
use super::text::{cut, padded, width};

/// Between two columns.
const GAP: &str = "  ";

#[derive(Debug)]
pub(super) struct Grid {
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell { text: super::text::clean(text), tone: Tone::Plain }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

/// Unknown is a dash.
impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.unwrap_or("–").into()
    }
}

impl Cell {
    pub(super) fn toned(text: &str, tone: Tone) -> Self {
        Cell { tone, ..text.into() }
    }
}

impl Grid {
    pub(super) fn new(head: impl IntoIterator<Item = &'static str>) -> Self {
        Grid { head: head.into_iter().collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The last column is cut where the line would be too long.
    pub(super) fn text(&self, style: &Style) -> String {
        let widest = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text));
            cells.chain([width(self.head[at])]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(widest).collect();
        let before_last = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum::<usize>();
        let room = style.width.saturating_sub(before_last).max(8);
        let line = |cells: Vec<(&str, Tone)>| {
            let last = cells.len().saturating_sub(1);
            let cell = |(at, (text, tone)): (usize, (&str, Tone))| {
                if at == last {
                    style.paint(tone, &cut(text, room))
                } else {
                    style.paint(tone, &padded(text, widths[at]))
                }
            };
            let cells: Vec<String> = cells.into_iter().enumerate().map(cell).collect();
            format!("{}\n", cells.join(GAP).trim_end())
        };
        let head = line(self.head.iter().map(|name| (*name, Tone::Faint)).collect());
        let rows = self
            .rows
            .iter()
            .map(|row| line(row.iter().map(|cell| (cell.text.as_str(), cell.tone)).collect()));
        std::iter::once(head).chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_one_is_cut() {
        let mut grid = Grid::new(["NAME", "STATE", "INPUT"]);
        grid.row(["a".into(), Cell::toned("ready", Tone::Good), "every 5th frame, longest side 384".into()]);
        grid.row(["日本語".into(), None.into(), "sound".into()]);
        insta::assert_snapshot!(grid.text(&Style { width: 40, ..Style::PLAIN }), @"
        NAME    STATE  INPUT
        a       ready  every 5th frame, longest…
        日本語  –      sound
        ");
    }

    #[test]
    fn colour_does_not_move_a_column() {
        let mut grid = Grid::new(["A", "B"]);
        grid.row([Cell::toned("x", Tone::Bad), "y".into()]);
        let coloured = grid.text(&Style { colour: true, ..Style::PLAIN });
        assert_eq!(coloured, "\u{1b}[2mA\u{1b}[0m  \u{1b}[2mB\u{1b}[0m\n\u{1b}[31mx\u{1b}[0m  y\n");
    }
}
