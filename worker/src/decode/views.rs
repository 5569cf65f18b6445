//! Who wants what of the plan's views, and how a frame gets to them.

use anyhow::Result;
use va_protocol::worker::description::PixelFormat;
use va_protocol::worker::frames::{Content, FromDecoder};

use super::output::Output;
use super::picture::Target;
use super::plan::{Plan, Subscriber};

pub(super) struct FrameViews {
    views: Vec<FrameView>,
    /// Analyzers that want the frame at hand: for each view, each consumer.
    wanted: Vec<Vec<u64>>,
    /// The same of all views together.
    given_to: Vec<u64>,
}

struct FrameView {
    view: usize,
    target: Target,
    subscribers: Vec<Subscriber>,
}

/// For each consumer, its analyzers among these.
pub(super) fn all_of(subscribers: &[Subscriber]) -> Vec<u64> {
    let consumers = subscribers.iter().map(|subscriber| subscriber.consumer + 1).max().unwrap_or(0);
    let mut wanted = vec![0; consumers];
    subscribers.iter().for_each(|subscriber| wanted[subscriber.consumer] |= 1 << subscriber.analyzer);
    wanted
}

impl FrameViews {
    pub(super) fn of(plan: &Plan, rotation: u16) -> Self {
        let mut views = Vec::new();
        let mut consumers = 0;
        for (view, (content, subscribers)) in
            plan.views.iter().map(|view| view.content).zip(&plan.subscribers).enumerate()
        {
            consumers = subscribers
                .iter()
                .map(|subscriber| subscriber.consumer + 1)
                .max()
                .unwrap_or(0)
                .max(consumers);
            if let Content::Frames { width, height, format } = content {
                let target = Target { width, height, format, rotation };
                views.push(FrameView { view, target, subscribers: subscribers.clone() });
            }
        }
        FrameViews { wanted: vec![vec![0; consumers]; views.len()], given_to: vec![0; consumers], views }
    }

    /// Paints a frame once for each view that somebody wants it in, and tells them.
    pub(super) fn hand_out(
        &mut self,
        (index, timestamp_s): (u64, f64),
        output: &mut Output,
        mut paint: impl FnMut(&Target, &mut [u8]) -> Result<()>,
    ) -> Result<()> {
        self.given_to.fill(0);
        for (view, wanted) in self.views.iter_mut().zip(&mut self.wanted) {
            wanted.fill(0);
            for subscriber in &mut view.subscribers {
                if subscriber.sampler.takes(index, timestamp_s) {
                    wanted[subscriber.consumer] |= 1 << subscriber.analyzer;
                    self.given_to[subscriber.consumer] |= 1 << subscriber.analyzer;
                }
            }
        }
        for (view, wanted) in self.views.iter().zip(&self.wanted) {
            if wanted.iter().any(|analyzers| *analyzers != 0) {
                let Target { width, height, format, .. } = view.target;
                let length = width as usize * height as usize * PixelFormat::channels(format);
                let announce = |slot, consumer: usize| FromDecoder::Frame {
                    view: view.view,
                    slot,
                    index,
                    timestamp_s,
                    wanted_by: wanted[consumer],
                    given_to: self.given_to[consumer],
                };
                output.put(view.view, length, wanted, |slot| paint(&view.target, slot), announce)?;
            }
        }
        Ok(())
    }
}
