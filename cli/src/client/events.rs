//! A job's events as they come: one JSON object a line.

use va_protocol::api::job::JobEvent;

use super::ClientError;
use super::connection::Answer;

/// The events of one job. Dropping them gives the job up, if it still runs.
#[derive(Debug)]
pub struct Events {
    answer: Answer,
    lines: Lines,
}

impl Events {
    pub(super) fn of(answer: Answer) -> Self {
        Events { answer, lines: Lines::default() }
    }

    /// The next event. After `finished` or `failed` no more is to be asked for.
    ///
    /// # Errors
    /// Where a line is no event, or the daemon is gone before it said how the job ended.
    pub async fn next(&mut self) -> Result<JobEvent, ClientError> {
        loop {
            if let Some(line) = self.lines.take() {
                return serde_json::from_slice(&line).map_err(|error| {
                    let line: String = String::from_utf8_lossy(&line).chars().take(80).collect();
                    self.answer.not_understood(format!("{line:?} is no event of a job ({error})"))
                });
            }
            match self.answer.piece().await? {
                Some(piece) => self.lines.add(&piece),
                None => {
                    return Err(self
                        .answer
                        .broke_off("the events ended, and none said how the job did".to_owned()));
                }
            }
        }
    }
}

/// Pieces of any length, put together to lines. Empty lines are left out.
#[derive(Debug, Default)]
struct Lines {
    held: Vec<u8>,
}

impl Lines {
    fn add(&mut self, piece: &[u8]) {
        self.held.extend_from_slice(piece);
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        while let Some(end) = self.held.iter().position(|&byte| byte == b'\n') {
            let mut line: Vec<u8> = self.held.drain(..=end).collect();
            line.pop();
            if !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_pieces_of_any_length() {
        let mut lines = Lines::default();
        let mut taken = Vec::new();
        for piece in [b"{\"a\"".as_slice(), b":1}", b"\n\n{\"b\":2}\n{", b"}\n", b"rest"] {
            lines.add(piece);
            while let Some(line) = lines.take() {
                taken.push(String::from_utf8(line).expect("text"));
            }
        }
        assert_eq!(taken, ["{\"a\":1}", "{\"b\":2}", "{}"]);
    }
}
