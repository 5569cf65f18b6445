//! Writing the text of a window token by token: the likeliest each time, drawn by probability, or by beam search.

use std::sync::Arc;

use va_analyzer_sdk::{Error, ErrorKind, Host, Result};

use crate::likelihood::{Barred, Draw, likeliest, likeliest_of, log_sum_exp};
use crate::model::{Cache, Cross, Step, Whisper};

/// A text, finished or under way.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub tokens: Vec<u32>,
    /// Natural logarithm of each token's probability.
    pub log_probabilities: Vec<f32>,
    /// Of the end of the text, 0 where it was cut off.
    pub end_log_probability: f32,
    /// `[aligned, frames]` for each token that was read, from the start token on.
    pub align: Vec<Arc<[f32]>>,
    /// Cut off, as nobody says so much in so short a time.
    pub breathless: bool,
}

impl Text {
    /// Sum over the tokens, and the end.
    fn log_probability(&self) -> f64 {
        let tokens: f64 = self.log_probabilities.iter().map(|value| f64::from(*value)).sum();
        tokens + f64::from(self.end_log_probability)
    }

    /// Mean over the tokens, and the end.
    pub fn mean_log_probability(&self) -> f64 {
        self.log_probability() / (self.tokens.len() + 1) as f64
    }
}

/// The decoder after a prompt.
#[derive(Debug)]
pub struct Primed<'m> {
    pub cache: Cache<'m>,
    pub step: Step,
    /// Of each row, of the prompt from the start token on.
    pub align: Vec<Vec<Arc<[f32]>>>,
    /// Of each row, how many tokens may be said.
    pub most: Vec<usize>,
}

impl Primed<'_> {
    /// The only row, so many times.
    fn repeated(mut self, whisper: &Whisper, times: usize) -> Result<Self> {
        whisper.select(&mut self.cache, &vec![0; times])?;
        self.step.logits = self.step.logits.repeat(times);
        self.align = vec![self.align.swap_remove(0); times];
        self.most = vec![self.most[0]; times];
        Ok(self)
    }
}

/// What a search needs besides the prompt.
#[derive(Debug)]
pub struct Search<'m> {
    pub whisper: &'m Whisper,
    pub barred: Barred,
    pub host: &'m Host,
}

impl<'m> Search<'m> {
    /// Reads a prompt of as many tokens in each row; the attention to the first `unaligned` of them is of no interest.
    /// `most` tokens may be said in each.
    ///
    /// # Errors
    /// As [`Whisper::step`].
    pub fn prime(
        &self,
        prompts: &[Vec<u32>],
        unaligned: usize,
        cross: &Cross<'_>,
        mut cache: Cache<'m>,
        most: Vec<usize>,
    ) -> Result<Primed<'m>> {
        let tokens: Vec<i64> = prompts.iter().flatten().map(|token| i64::from(*token)).collect();
        let step = self.whisper.step(&tokens, cross, &mut cache)?;
        let align = (0..cache.rows).map(|row| self.aligned(&step, row).split_off(unaligned)).collect();
        Ok(Primed { cache, step, align, most })
    }

    /// A text for each row, each for itself. Where the temperature is 0 the likeliest token is written, else one is drawn.
    ///
    /// # Errors
    /// As [`Whisper::step`]; [`ErrorKind::Cancelled`] where the job was given up.
    pub fn each(
        &self,
        primed: Primed<'m>,
        cross: &Cross<'_>,
        temperature: f32,
        draw: &mut Draw,
    ) -> Result<Vec<Text>> {
        let Primed { mut cache, mut step, align, most } = primed;
        let mut texts: Vec<Text> = align.into_iter().map(|align| Text { align, ..Text::default() }).collect();
        // Texts that are under way: their places, which are the rows of the cache.
        let mut open: Vec<usize> = (0..texts.len()).collect();
        let mut heard = cross.rows(&open);
        for written in 0..self.most_tokens(&cache) {
            self.checked()?;
            let mut next = Vec::with_capacity(open.len());
            let mut going = Vec::with_capacity(open.len());
            for (row, &at) in open.iter().enumerate() {
                let logits = self.row(&mut step, row);
                self.barred.apply(logits, written == 0);
                let token =
                    if temperature > 0.0 { draw.token(logits, temperature) } else { likeliest(logits) };
                let log_probability = logits[token] - log_sum_exp(logits);
                if token == self.barred.end as usize {
                    texts[at].end_log_probability = log_probability;
                } else if written == most[at] {
                    texts[at].breathless = true;
                } else {
                    texts[at].tokens.push(token as u32);
                    texts[at].log_probabilities.push(log_probability);
                    next.push(token as i64);
                    going.push(row);
                }
            }
            if going.is_empty() {
                break;
            }
            if going.len() < open.len() {
                self.whisper.select(&mut cache, &going)?;
                open = going.iter().map(|row| open[*row]).collect();
                heard = cross.rows(&open);
            }
            step = self.whisper.step(&next, &heard, &mut cache)?;
            for (row, &at) in open.iter().enumerate() {
                texts[at].align.extend(self.aligned(&step, row));
            }
        }
        Ok(texts)
    }

    /// The likeliest in the mean of several texts that are drawn for one window.
    ///
    /// # Errors
    /// As [`Search::each`].
    pub fn best_drawn(
        &self,
        primed: Primed<'m>,
        cross: &Cross<'_>,
        temperature: f32,
        count: usize,
        draw: &mut Draw,
    ) -> Result<Text> {
        let texts = self.each(primed.repeated(self.whisper, count)?, cross, temperature, draw)?;
        let mean = Text::mean_log_probability;
        Ok(texts.into_iter().max_by(|a, b| mean(a).total_cmp(&mean(b))).unwrap_or_default())
    }

    /// The best of several hypotheses for one window (beam search, as Whisper's authors do it): each is followed by its
    /// likeliest tokens, and as many as `beams` go on. Of those that ended, the one whose tokens are likeliest in the
    /// mean.
    ///
    /// # Errors
    /// As [`Search::each`].
    pub fn beams(&self, primed: Primed<'m>, cross: &Cross<'_>, beams: usize) -> Result<Text> {
        let Primed { mut cache, mut step, mut align, most } = primed;
        let mut open = vec![Text { align: align.swap_remove(0), ..Text::default() }];
        let mut ended: Vec<Text> = Vec::new();
        for written in 0..self.most_tokens(&cache) {
            self.checked()?;
            if written == most[0] {
                open.iter_mut().for_each(|text| text.breathless = true);
                break;
            }
            let mut follow: Vec<(f64, usize, usize, f32)> = Vec::new();
            for (row, text) in open.iter().enumerate() {
                let logits = self.row(&mut step, row);
                self.barred.apply(logits, written == 0);
                let all = log_sum_exp(logits);
                for token in likeliest_of(logits, beams + 1) {
                    let log_probability = logits[token] - all;
                    follow.push((
                        text.log_probability() + f64::from(log_probability),
                        row,
                        token,
                        log_probability,
                    ));
                }
            }
            follow.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (mut rows, mut next, mut going) = (Vec::new(), Vec::new(), Vec::new());
            for (_, row, token, log_probability) in follow {
                if going.len() == beams {
                    break;
                }
                let mut text = open[row].clone();
                if token == self.barred.end as usize {
                    text.end_log_probability = log_probability;
                    ended.push(text);
                } else {
                    text.tokens.push(token as u32);
                    text.log_probabilities.push(log_probability);
                    rows.push(row);
                    next.push(token as i64);
                    going.push(text);
                }
            }
            open = going;
            if ended.len() >= beams || open.is_empty() {
                break;
            }
            self.whisper.select(&mut cache, &rows)?;
            step = self.whisper.step(&next, cross, &mut cache)?;
            for (row, text) in open.iter_mut().enumerate() {
                text.align.extend(self.aligned(&step, row));
            }
        }
        let candidates = if ended.is_empty() { open } else { ended };
        let mean = |text: &Text| text.log_probability() / text.tokens.len().max(1) as f64;
        Ok(candidates.into_iter().max_by(|a, b| mean(a).total_cmp(&mean(b))).unwrap_or_default())
    }

    /// Half of what the model can hold is for what was said before.
    fn most_tokens(&self, cache: &Cache<'_>) -> usize {
        let positions = self.whisper.sizes.positions;
        (positions / 2).min(positions.saturating_sub(cache.length + 1))
    }

    fn row<'s>(&self, step: &'s mut Step, row: usize) -> &'s mut [f32] {
        let size = self.whisper.sizes.vocabulary;
        &mut step.logits[row * size..(row + 1) * size]
    }

    /// What one row's tokens attend to, token by token.
    fn aligned(&self, step: &Step, row: usize) -> Vec<Arc<[f32]>> {
        let (heads, frames) = (self.whisper.sizes.aligned, self.whisper.sizes.frames);
        let of_head = |head: usize, token: usize| ((row * heads + head) * step.tokens + token) * frames;
        let of_token = |token: usize| -> Arc<[f32]> {
            (0..heads)
                .flat_map(|head| &step.align[of_head(head, token)..of_head(head, token) + frames])
                .copied()
                .collect()
        };
        (0..step.tokens).map(of_token).collect()
    }

    fn checked(&self) -> Result<()> {
        if self.host.cancelled() {
            return Err(Error::of(ErrorKind::Cancelled, "the job was given up"));
        }
        Ok(())
    }
}
