//! The ffmpeg command of a mix: shots, distractors in them, and transitions between them.

use va_test_media::media;

use super::material::{Material, WIDE};
use super::{Random, Theme, Truth};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    Cut,
    /// Frames.
    Dissolve(u32),
    /// Frames, and the way as ffmpeg's xfade calls it.
    Wipe(u32, &'static str),
    /// Frames out, of black, and in.
    Fade(u32, u32, u32),
}

/// What is drawn before the shots are.
#[derive(Debug)]
pub(crate) struct Plan {
    material: &'static Material,
    theme: Theme,
    width: u32,
    height: u32,
    fps: u32,
    crf: u32,
    joints: Vec<Joint>,
    /// Frames of a fade from black at the start and to black at the end, 0 for none.
    ends: (u32, u32),
}

impl Plan {
    pub(crate) fn draw(material: &'static Material, theme: Theme, random: &mut Random) -> Self {
        let (width, height) = random.pick(&[(360, 640), (640, 360), (406, 720)]);
        let fps = random.pick(&[24, 25, 30]);
        let seconds =
            |random: &mut Random, low: u32, high: u32| random.whole(fps * low / 10, fps * high / 10);
        let joint = |random: &mut Random, place: u32| match theme {
            Theme::Dissolves if !place.is_multiple_of(3) => Joint::Dissolve(seconds(random, 3, 10)),
            Theme::Fades if !place.is_multiple_of(3) => {
                Joint::Fade(seconds(random, 3, 8), random.pick(&[0, 0, 3, 8]), seconds(random, 3, 8))
            }
            Theme::Wipes if !place.is_multiple_of(3) => {
                let way = random.pick(&["wipeleft", "wiperight", "wipeup", "wipedown"]);
                Joint::Wipe(seconds(random, 3, 10), way)
            }
            Theme::Everything if place % 4 == 1 => Joint::Dissolve(seconds(random, 3, 10)),
            Theme::Everything if place % 4 == 3 => {
                Joint::Fade(seconds(random, 3, 6), 0, seconds(random, 3, 6))
            }
            _ => Joint::Cut,
        };
        let joints = (0..8).map(|place| joint(random, place)).collect();
        let fading = matches!(theme, Theme::Fades | Theme::Everything);
        let ends = if fading { (seconds(random, 3, 8), seconds(random, 3, 8)) } else { (0, 0) };
        Plan { material, theme, width, height, fps, crf: random.whole(23, 33), joints, ends }
    }

    /// Arguments for ffmpeg, the truth, and the number of frames.
    pub(crate) fn build(&self, random: &mut Random) -> (Vec<String>, Vec<Truth>, u32) {
        let mut graph = Graph { args: Vec::new(), inputs: 0, filters: Vec::new() };
        let mut truth = Vec::new();
        let mut length = 0;
        let mut last_source = usize::MAX;
        for place in 0..=self.joints.len() {
            let before = place.checked_sub(1).map(|before| self.joints[before]);
            let after = self.joints.get(place).copied();
            let fade_in = match before {
                None => self.ends.0,
                Some(Joint::Fade(_, _, frames)) => frames,
                _ => 0,
            };
            let (fade_out, hold) = match after {
                None => (self.ends.1, 0),
                Some(Joint::Fade(frames, hold, _)) => (frames, hold),
                _ => (0, 0),
            };
            let mut frames = random.whole(self.fps * 9 / 10, self.fps * 18 / 10) + fade_in + fade_out;
            for joint in [before, after] {
                if let Some(Joint::Dissolve(shared) | Joint::Wipe(shared, _)) = joint {
                    frames += shared;
                }
            }
            last_source = self.shot(&mut graph, place, frames, last_source, random);
            self.fades(&mut graph, place, frames, (fade_in, fade_out, hold));
            let start = graph.join(place, before, length, self.fps);
            self.note(&mut truth, start, frames, before, (fade_in, fade_out));
            length = start + frames + hold;
        }
        let size = format!("[mix{}]format=yuv420p[out]", self.joints.len());
        graph.filters.push(size);
        let filters = graph.filters.join(";");
        let crf = self.crf.to_string();
        let coding = ["-filter_complex", &filters, "-map", "[out]", "-c:v", "libx264", "-preset", "veryfast"];
        let mut args = graph.args;
        args.extend(coding.map(str::to_owned));
        args.extend(["-crf", &crf, "-threads", "2"].map(str::to_owned));
        (args, truth, length)
    }

    /// Writes down what the joint before this shot, and the fades within it, are.
    fn note(
        &self,
        truth: &mut Vec<Truth>,
        start: u32,
        frames: u32,
        before: Option<Joint>,
        fades: (u32, u32),
    ) {
        match before {
            Some(Joint::Cut) => truth.push(Truth { transition: "cut", frame: start, start, end: start }),
            Some(joint @ (Joint::Dissolve(length) | Joint::Wipe(length, _))) => truth.push(Truth {
                transition: if matches!(joint, Joint::Wipe(..)) { "wipe" } else { "dissolve" },
                frame: start + length.div_ceil(2),
                start: start + 1,
                end: start + length,
            }),
            _ => {}
        }
        // ffmpeg's fade gives the first frame of a fade of n a gain of 1/n, the last one 1; and the reverse.
        if fades.0 > 0 {
            let frame = start + fades.0.div_ceil(2) - 1;
            truth.push(Truth { transition: "fade_in", frame, start, end: start + fades.0 - 1 });
        }
        if fades.1 > 0 {
            let start = start + frames - fades.1;
            let frame = start + fades.1.div_ceil(2) - 1;
            truth.push(Truth { transition: "fade_out", frame, start, end: start + fades.1 - 1 });
        }
    }

    fn fades(
        &self,
        graph: &mut Graph,
        place: usize,
        frames: u32,
        (fade_in, fade_out, hold): (u32, u32, u32),
    ) {
        let mut chain = vec!["null".to_owned()];
        if fade_in > 0 {
            chain.push(format!("fade=t=in:start_frame=0:nb_frames={fade_in}"));
        }
        if fade_out > 0 {
            chain.push(format!("fade=t=out:start_frame={}:nb_frames={fade_out}", frames - fade_out));
        }
        if hold > 0 {
            chain.push(format!("tpad=stop_mode=add:stop={hold}:color=black"));
        }
        let fps = self.fps;
        graph
            .filters
            .push(format!("[raw{place}]{},settb=1/{fps},setpts=N,fps={fps}[shot{place}]", chain.join(",")));
    }

    /// One shot with its distractor, as `[raw{place}]`; tells its source, so that the next one takes another.
    fn shot(&self, graph: &mut Graph, place: usize, frames: u32, not: usize, random: &mut Random) -> usize {
        let (width, height, fps) = (self.width, self.height, self.fps);
        let theme = match self.theme {
            Theme::Everything => {
                let themes =
                    [Theme::Flashes, Theme::WhipPans, Theme::Objects, Theme::Shake, Theme::Brightness];
                random.pick(&themes)
            }
            theme => theme,
        };
        let distracts = place.is_multiple_of(2);
        let (pictures, footage) = (self.material.pictures, self.material.footage);
        let sources = pictures.len() + footage.len();
        let jump = theme == Theme::JumpCuts && !distracts;
        let source = loop {
            if jump {
                break not;
            }
            let whip = distracts && matches!(theme, Theme::WhipPans | Theme::Shake);
            let source = random.whole(0, if whip { WIDE } else { sources } as u32 - 1) as usize;
            if source != not {
                break source;
            }
        };
        let mut chain = if source >= pictures.len() {
            self.footage(graph, source - pictures.len(), frames, random)
        } else {
            self.picture(graph, source, frames, distracts.then_some(theme), random)
        };
        // Far enough from both ends of the shot, so that a distractor is none of a transition.
        let middle = random.whole(frames * 4 / 10, frames / 2);
        match theme {
            Theme::Flashes if distracts => {
                let last = middle + random.whole(0, 2);
                chain += &format!(",drawbox=color=white:t=fill:enable='between(n,{middle},{last})'");
            }
            Theme::Noise => chain += &format!(",noise=alls={}:allf=t", random.whole(25, 60)),
            Theme::Brightness if distracts => {
                let amount = f64::from(random.whole(8, 20)) / 100.0 * random.pick(&[-1.0, 1.0]);
                let frames = random.pick(&[1, 1, 6, 15]);
                chain += &format!(",eq=brightness='{amount}*clip((n-{middle})/{frames},0,1)':eval=frame");
            }
            Theme::Objects if distracts => {
                let (object_width, object_height) =
                    (width * random.whole(30, 60) / 100, height * random.whole(50, 100) / 100);
                let across = random.whole(10, 25);
                let object = pictures[(source + 3) % pictures.len()];
                let input = graph.input(&["-framerate", &fps.to_string()], object);
                graph.filters.push(format!(
                    "[{input}:v]scale={object_width}:{object_height},loop=-1:size=1,trim=end_frame={frames},settb=1/{fps},setpts=N[object{place}]"
                ));
                chain += &format!(
                    "[ground{place}];[ground{place}][object{place}]overlay=x='-w+(n-{})*(W+w)/{across}':y=H-h",
                    middle - 5
                );
            }
            Theme::Captions => {
                let (high, top) = (random.whole(10, 25), random.whole(0, 75));
                let each = random.whole(6, 15);
                let colour = random.pick(&["black", "white", "yellow@0.7"]);
                chain += &format!(
                    ",drawbox=x=iw/12:y=ih*{top}/100:w=iw*5/6:h=ih*{high}/100:color={colour}:t=fill:\
                     enable='gt(mod(n,{each}*2),{each})',drawtext=text='WAIT FOR IT %{{eif\\:n/{each}\\:d}}':\
                     fontsize=w/9:fontcolor=red:x=(w-tw)/2:y=h*{top}/100+4"
                );
            }
            Theme::JumpCuts if jump => {
                let (part, x, y) = (random.whole(55, 80), random.whole(0, 100), random.whole(0, 100));
                chain += &format!(
                    ",crop=iw*{part}/100:ih*{part}/100:x='(iw-ow)*{x}/100':y='(ih-oh)*{y}/100',scale={width}:{height}"
                );
            }
            _ => {}
        }
        graph.filters.push(format!("{chain},setsar=1,format=yuv420p[raw{place}]"));
        source
    }

    fn footage(&self, graph: &mut Graph, which: usize, frames: u32, random: &mut Random) -> String {
        let (width, height, fps) = (self.width, self.height, self.fps);
        let (file, seconds) = self.material.footage[which];
        let free = (seconds * 10).saturating_sub(frames * 10 / fps + 2);
        let seek = format!("{}", f64::from(random.whole(0, free.max(1))) / 10.0);
        let input = graph.input(&["-ss", &seek], file);
        // A short file's last frame stands still until the shot is full.
        format!(
            "[{input}:v]fps={fps},scale={width}:{height}:force_original_aspect_ratio=increase:flags=fast_bilinear,\
             crop={width}:{height},tpad=stop_mode=clone:stop=-1,trim=end_frame={frames},settb=1/{fps},setpts=N"
        )
    }

    fn picture(
        &self,
        graph: &mut Graph,
        which: usize,
        frames: u32,
        theme: Option<Theme>,
        random: &mut Random,
    ) -> String {
        let (width, height, fps) = (self.width, self.height, self.fps);
        let input = graph.input(&["-framerate", &fps.to_string()], self.material.pictures[which]);
        let scaled = |percent: u32| {
            format!(
                "[{input}:v]scale={}:{}:force_original_aspect_ratio=increase",
                width * percent / 100,
                height * percent / 100
            )
        };
        let repeated = format!(",loop=-1:size=1,trim=end_frame={frames},settb=1/{fps},setpts=N");
        match theme {
            Some(Theme::WhipPans) => {
                // Across one picture more than two frames wide, in a fifth to half of a second.
                let (from, over) = (frames * 4 / 10, random.whole(fps / 5, fps / 2));
                let (last, blur) = (from + over, random.pick(&[true, false]));
                let mut chain = format!("[{input}:v]scale={}:-2{repeated}", width * 22 / 10);
                if height > width {
                    chain = format!("[{input}:v]scale=-2:{height}{repeated}");
                }
                let way = random.pick(&["", "1-"]);
                chain += &format!(
                    ",crop={width}:{height}:x='(iw-ow)*({way}clip((n-{from})/{over},0,1))':y='(ih-oh)/2'"
                );
                if blur {
                    let size = width / over;
                    chain += &format!(",avgblur=sizeX={size}:sizeY=1:enable='between(n,{from}+1,{last}-1)'");
                }
                chain
            }
            Some(Theme::Shake) => {
                let (x, y) = (random.whole(15, 40), random.whole(10, 30));
                format!(
                    "{}{repeated},crop={width}:{height}:x='(iw-ow)/2+{x}*sin(n*1.9)+{y}*sin(n*0.7)':\
                     y='(ih-oh)/2+{y}*sin(n*2.3+1)+{x}*sin(n*0.9)'",
                    scaled(140)
                )
            }
            _ => match random.whole(0, 2) {
                0 => format!(
                    "{},crop={}:{},zoompan=z='1+on*{}/10000':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d={frames}:s={width}x{height}:fps={fps}",
                    scaled(150),
                    width * 3 / 2,
                    height * 3 / 2,
                    random.whole(5, 30)
                ),
                1 => format!(
                    "{}{repeated},crop={width}:{height}:x='n*{}/10':y='(ih-oh)/2'",
                    scaled(140),
                    random.whole(2, 15)
                ),
                _ => format!("{}{repeated},crop={width}:{height}", scaled(100)),
            },
        }
    }
}

#[derive(Debug)]
struct Graph {
    args: Vec<String>,
    inputs: u32,
    filters: Vec<String>,
}

impl Graph {
    fn input(&mut self, options: &[&str], file: &str) -> u32 {
        self.args.extend(options.iter().map(|&option| option.to_owned()));
        self.args.extend(["-i".to_owned(), media(file).display().to_string()]);
        self.inputs += 1;
        self.inputs - 1
    }

    /// Joins `[shot{place}]` to the mix so far, which is `length` frames long; tells the frame it begins with.
    fn join(&mut self, place: usize, before: Option<Joint>, length: u32, fps: u32) -> u32 {
        let before_place = place.wrapping_sub(1);
        let (start, filter) = match before {
            None => (0, format!("[shot{place}]null[mix{place}]")),
            Some(joint @ (Joint::Dissolve(frames) | Joint::Wipe(frames, _))) => {
                let way = if let Joint::Wipe(_, way) = joint { way } else { "fade" };
                let seconds = |frames: u32| f64::from(frames) / f64::from(fps);
                let (duration, offset) = (seconds(frames), seconds(length - frames));
                let xfade = format!("xfade=transition={way}:duration={duration:.6}:offset={offset:.6}");
                let filter = format!(
                    "[mix{before_place}][shot{place}]{xfade},settb=1/{fps},setpts=N,fps={fps}[mix{place}]"
                );
                (length - frames, filter)
            }
            Some(_) => {
                let concat = format!("concat=n=2:v=1:a=0,settb=1/{fps},setpts=N,fps={fps}");
                (length, format!("[mix{before_place}][shot{place}]{concat}[mix{place}]"))
            }
        };
        self.filters.push(filter);
        start
    }
}
