//! The network against ONNX Runtime's Python (`reference/transnet.py`), on the frames that it sees there and on those
//! that the analyzer has; and the analyzer with and without it.

use std::sync::Arc;

use serde_json::Value;
use va_analyzer_cut_analysis::transnet::{self, FRAME, INNER, TransNet};
use va_analyzer_cut_analysis::{CutAnalysis, FRAME_SIDE};
use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_inference::image::{Painter, View};
use va_test_media::{media, model};

/// Its cuts, as seen on a sheet of its frames: a van from above, a man between cars, a cyclist behind a taxi, a fence, a
/// bicycle at a wall, and spokes.
const CUTS: [u64; 5] = [30, 76, 137, 187, 242];

fn with_models(run: Run) -> Run {
    ["onnxruntime", "transnetv2"].into_iter().fold(run, |run, name| run.model(name, model(name)))
}

/// What the network says of windows side by side, of frames of 48x27 as they come, or made of those that the analyzer
/// asks for.
struct Opinions<const SCALED_BEFORE: bool>(TransNet);

struct OpinionsOfOneVideo<const SCALED_BEFORE: bool> {
    network: Arc<Opinions<SCALED_BEFORE>>,
    frames: Vec<u8>,
}

impl<const SCALED_BEFORE: bool> Analyzer for Opinions<SCALED_BEFORE> {
    type Session = OpinionsOfOneVideo<SCALED_BEFORE>;

    fn description() -> Description {
        let (width, height) = (transnet::WIDTH as u32, transnet::HEIGHT as u32);
        let size = if SCALED_BEFORE {
            FrameSize::Exact { width, height }
        } else {
            FrameSize::LongestSide(FRAME_SIDE)
        };
        let request = FrameRequest { sampling: Sampling::EveryFrame, size, format: PixelFormat::Rgb8 };
        Description::new("opinions", "1.0.0", "what the network says").frames(request)
    }

    fn load(host: &Host) -> Result<Self> {
        Ok(Opinions(TransNet::load(host)?))
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(OpinionsOfOneVideo { network: Arc::clone(self), frames: Vec::new() })
    }
}

impl<const SCALED_BEFORE: bool> Session for OpinionsOfOneVideo<SCALED_BEFORE> {
    fn frames(&mut self, batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        for frame in batch {
            let start = self.frames.len();
            self.frames.resize(start + FRAME, 0);
            transnet::thumbnail(&mut Painter::new(), &View::of(frame), &mut self.frames[start..])?;
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let count = self.frames.len() / FRAME;
        for start in (0..count as isize).step_by(INNER) {
            let numbers = start - transnet::CONTEXT as isize..start + (INNER + transnet::CONTEXT) as isize;
            let frame = |at: isize| at.clamp(0, count as isize - 1) as usize;
            let window = numbers.flat_map(|at| &self.frames[frame(at) * FRAME..][..FRAME]);
            let window: Vec<f32> = window.map(|&level| f32::from(level)).collect();
            for opinion in self.network.0.look(&window)? {
                findings.segment(&[opinion.single, opinion.many])?;
            }
        }
        Summary::of(&json!({}))
    }
}

/// The largest difference to the reference's `of`.
fn largest_difference<const SCALED_BEFORE: bool>(of: &str) -> f64 {
    let reference: Value = serde_json::from_str(include_str!("reference/transnet.json")).expect("JSON");
    let clip = Clip::from_file(media("bikes.mp4")).expect("a clip");
    let seen = with_models(Run::new::<Opinions<SCALED_BEFORE>>()).on(&clip).expect("it looked");
    let theirs = reference[of].as_array().expect("opinions");
    assert_eq!((seen.segments.len(), theirs.len()), (250, 250));
    let numbers = |opinions: &[Value]| -> Vec<f64> {
        let all = opinions.iter().flat_map(|pair| pair.as_array().expect("two numbers"));
        all.map(|number| number.as_f64().expect("a number")).collect()
    };
    let pairs = numbers(&seen.segments).into_iter().zip(numbers(theirs));
    let largest = pairs.map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max);
    println!("{of}: {largest:.1e}");
    largest
}

/// Python writes seven decimals, and other threads add up in another order. Seen: 5e-8.
#[test]
fn windows_are_those_of_the_runtime_in_python() {
    assert!(largest_difference::<true>("area") < 1e-5);
}

/// The frames that the analyzer has were scaled once already. Seen: 0.039.
#[test]
fn small_frames_give_nearly_what_the_authors_scaling_gives() {
    assert!(largest_difference::<false>("bicubic") < 0.1);
}

#[test]
fn finds_the_cuts_of_real_footage_with_and_without_the_network() {
    let clip = Clip::from_file(media("bikes.mp4")).expect("a clip");
    for run in [Run::new::<CutAnalysis>(), with_models(Run::new::<CutAnalysis>())] {
        let seen = run.on(&clip).expect("analysed");
        assert!(seen.segments.iter().all(|segment| segment["transition"] == "cut"), "{:?}", seen.segments);
        let frames: Vec<u64> = seen.segments.iter().filter_map(|segment| segment["frame"].as_u64()).collect();
        assert_eq!(frames, CUTS);
        assert_eq!(seen.summary["cut_count"], 5);
    }
}

#[test]
fn without_the_network_it_is_degraded_and_says_what_is_missing() {
    let clip = || Clip::from_pictures(25.0, (0..4).map(|_| Picture::filled(64, 36, [90, 20, 200])));
    let with = with_models(Run::new::<CutAnalysis>()).on(&clip()).expect("analysed");
    assert_eq!((with.model.as_deref(), with.degraded), (Some("transnetv2"), None));
    // That the runtime is missing cannot be seen here: a process that has loaded it keeps it.
    let without =
        Run::new::<CutAnalysis>().model("onnxruntime", model("onnxruntime")).on(&clip()).expect("analysed");
    let reason = without.degraded.expect("a reason");
    assert!(reason.contains("without the network") && reason.contains("transnetv2"), "{reason}");
    assert_eq!((without.model, without.summary), (None, with.summary));
}
