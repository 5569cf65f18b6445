//! Clips whose scenes are known, because they are put together here: seeded, from real pictures and footage.
//!
//! A scene is one or two set-ups. A set-up is a picture or footage with a view into it, which moves a little; shots
//! of a scene are either views of one picture or footage, or go back and forth between two. Its neighbours are of others.

use std::path::PathBuf;

use serde_json::{Value, json};
use va_test_media::{made, media};

pub(crate) const FPS: u32 = 25;

const PICTURES: [&str; 14] = [
    "Garden.jpg",
    "RainDrops.jpg",
    "TwoWings.jpg",
    "fruits.jpg",
    "rocket.jpg",
    "chelsea.png",
    "astronaut.png",
    "coffee.png",
    "sample1.jpg",
    "sample6.jpg",
    "players.jpg",
    "single_face.jpg",
    "bus.jpg",
    "cheetah.jpg",
];
/// Footage without a cut in it, and its seconds.
const FOOTAGE: [(&str, u32); 5] = [
    ("bigbuckbunny.mp4", 5),
    ("obama_speech.mp4", 8),
    ("small.mp4", 5),
    ("wolfgang_langer.mp4", 19),
    ("vtest.avi", 60),
];

/// A clip, its shots and its scenes.
#[derive(Debug)]
pub(crate) struct Mix {
    pub(crate) path: PathBuf,
    /// As cut_analysis would find them.
    pub(crate) cuts: Value,
    /// Seconds at which scenes but the first begin.
    pub(crate) scenes: Vec<f64>,
    /// Shots of each scene.
    pub(crate) shots: Vec<usize>,
}

/// One mix; the same seed gives the same clip.
pub(crate) fn mix(seed: u64) -> Mix {
    let mut random = Random(seed);
    let (width, height) = random.pick(&[(640, 360), (360, 640)]);
    let mut left: Vec<usize> = (0..PICTURES.len() + FOOTAGE.len()).collect();
    let mut graph = Graph { width, height, ..Graph::default() };
    let (mut scenes, mut shots) = (Vec::new(), Vec::new());
    for scene in 0..random.whole(3, 5) {
        let mut source = || left.swap_remove(random.whole(0, left.len() as u32 - 1) as usize);
        let sources = [source(), source()];
        let count = random.pick(&[1, 2, 3, 4, 4, 5, 6]);
        let dialogue = count >= 3 && random.whole(0, 2) > 0;
        let mut views = sources.map(|_| View::draw(&mut random));
        for shot in 0..count {
            let which = if dialogue { shot % 2 } else { 0 };
            if !dialogue {
                views[0] = View::draw(&mut random);
            }
            let dissolves = random.whole(0, 3) == 0;
            let frames = random.whole(FPS * 12 / 10, FPS * 28 / 10) + if dissolves { 12 } else { 0 };
            let time_s = graph.add(sources[which], &views[which], frames, dissolves);
            if shot == 0 && scene > 0 {
                scenes.push(time_s);
            }
        }
        shots.push(count);
    }
    let path = graph.make(seed);
    Mix { path, cuts: json!({ "segments": graph.cuts, "summary": {} }), scenes, shots }
}

/// Where in a picture a shot looks, in hundredths of what there is to see.
#[derive(Debug, Clone)]
struct View {
    part: u32,
    across: u32,
    down: u32,
    speed: u32,
}

impl View {
    fn draw(random: &mut Random) -> Self {
        View {
            part: random.whole(60, 95),
            across: random.whole(10, 90),
            down: random.whole(10, 90),
            speed: random.whole(0, 6),
        }
    }
}

#[derive(Debug, Default)]
struct Graph {
    width: u32,
    height: u32,
    args: Vec<String>,
    filters: Vec<String>,
    cuts: Vec<Value>,
    shots: u32,
    /// Frames so far.
    length: u32,
    /// Frames of each footage that were shown.
    shown: [u32; FOOTAGE.len()],
}

impl Graph {
    /// Adds a shot; tells when it begins to prevail.
    fn add(&mut self, source: usize, view: &View, frames: u32, dissolves: bool) -> f64 {
        let (place, fps) = (self.shots, FPS);
        let view = self.view(source, view, frames);
        self.filters
            .push(format!("{view},setsar=1,format=yuv420p,settb=1/{fps},setpts=N,fps={fps}[shot{place}]"));
        self.shots += 1;
        let seconds = |frame: u32| f64::from(frame) / f64::from(fps);
        if place == 0 {
            self.filters.push("[shot0]null[mix0]".to_owned());
            self.length = frames;
            return 0.0;
        }
        let before = place - 1;
        let (kind, shared) = if dissolves { ("dissolve", 12) } else { ("cut", 0) };
        let start = self.length - shared;
        let join = if dissolves {
            format!("xfade=transition=fade:duration={:.6}:offset={:.6}", seconds(shared), seconds(start))
        } else {
            "concat=n=2:v=1:a=0".to_owned()
        };
        self.filters
            .push(format!("[mix{before}][shot{place}]{join},settb=1/{fps},setpts=N,fps={fps}[mix{place}]"));
        let prevails = start + shared / 2;
        self.cuts.push(json!({
            "timestamp": seconds(prevails), "frame": prevails, "transition": kind, "confidence": 1.0,
            "start_time": seconds(start), "end_time": seconds(start + shared),
        }));
        self.length = start + frames;
        seconds(prevails)
    }

    fn view(&mut self, source: usize, view: &View, frames: u32) -> String {
        let (width, height, fps) = (self.width, self.height, FPS);
        let View { part, across, down, speed } = *view;
        let (large_width, large_height) = (width * 100 / part, height * 100 / part);
        let crop = format!(
            "scale={large_width}:{large_height}:force_original_aspect_ratio=increase,\
             crop={width}:{height}:x='(iw-ow)*{across}/100+n*{speed}/10':y='(ih-oh)*{down}/100'"
        );
        let input = self.shots;
        if let Some(footage) = source.checked_sub(PICTURES.len()) {
            let (file, length_s) = FOOTAGE[footage];
            // The next shot of it goes on where the last one ended.
            let start = self.shown[footage] % ((length_s - 3) * fps).max(1);
            self.shown[footage] += frames;
            self.input(&["-ss", &format!("{:.2}", f64::from(start) / f64::from(fps))], file);
            return format!(
                "[{input}:v]fps={fps},tpad=stop_mode=clone:stop=-1,trim=end_frame={frames},{crop}"
            );
        }
        self.input(&["-framerate", &fps.to_string()], PICTURES[source]);
        format!("[{input}:v]loop=-1:size=1,trim=end_frame={frames},settb=1/{fps},setpts=N,{crop}")
    }

    fn input(&mut self, options: &[&str], file: &str) {
        self.args.extend(options.iter().map(|&option| option.to_owned()));
        self.args.extend(["-i".to_owned(), media(file).display().to_string()]);
    }

    fn make(&self, seed: u64) -> PathBuf {
        let last = format!("[mix{}]", self.shots - 1);
        let filters = self.filters.join(";");
        let coding = [
            "-filter_complex",
            &filters,
            "-map",
            &last,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "27",
        ];
        let args: Vec<&str> = self.args.iter().map(String::as_str).chain(coding).collect();
        made(&format!("scenes-{seed}.mp4"), &args)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.next() % u64::from(high - low + 1)) as u32
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.whole(0, of.len() as u32 - 1) as usize]
    }
}
