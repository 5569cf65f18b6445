//! temporary
use std::io::Read;
use va_analyzer_camera_analysis::{CameraAnalysis, motion, path::Scene, pyramid::Pyramid};
use va_analyzer_sdk::testing::{Clip, Run};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let verbose = args.iter().any(|a| a == "-v");
    for file in args[1..].iter().filter(|a| *a != "-v") {
        let clip = Clip::from_file(file).unwrap();
        let v = clip.video().clone();
        println!("== {file} {}x{} {} fps {:?}", v.width, v.height, v.fps, v.duration_s);
        if verbose {
            let f = 384.0 / v.width.max(v.height) as f64;
            let (w, h) = if f >= 1.0 {
                (v.width, v.height)
            } else {
                ((v.width as f64 * f).round() as u32, (v.height as f64 * f).round() as u32)
            };
            let mut c = std::process::Command::new("ffmpeg")
                .args([
                    "-v",
                    "error",
                    "-nostdin",
                    "-i",
                    file,
                    "-vf",
                    &format!("select='not(mod(n,5))',scale={w}:{h}:flags=area:out_range=full,format=gray"),
                    "-fps_mode",
                    "passthrough",
                    "-f",
                    "rawvideo",
                    "-",
                ])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let mut o = c.stdout.take().unwrap();
            let mut data = vec![0; (w * h) as usize];
            let mut before: Option<Pyramid> = None;
            let mut last = None;
            let mut n = 0;
            let scene = Scene::new(w as f64, h as f64);
            let mut frames = vec![];
            while o.read_exact(&mut data).is_ok() {
                frames.push(data.clone());
                let now = Pyramid::of(&data, w as usize, h as usize);
                if let Some(b) = &before {
                    let c = motion::estimate(b, &now, last);
                    match c {
                        Some(c) => {
                            let t = (n - 1) as f64 * 5.0 / v.fps;
                            let s = scene.step(&c.model, t, t + 5.0 / v.fps);
                            println!(
                                "{:7.3} sup {:.2} spr {:.2} px {:7.2} {:7.2} | pan {:7.4} tilt {:7.4} zoom {:7.4} roll {:7.3}",
                                t,
                                c.support,
                                c.spread,
                                c.model.shift[0],
                                c.model.shift[1],
                                s.pan,
                                s.tilt,
                                s.zoom,
                                s.roll
                            );
                            last = (c.support >= 0.3).then_some(c.model);
                        }
                        None => {
                            println!("{n} none");
                            last = None;
                        }
                    }
                }
                before = Some(now);
                n += 1;
            }
            let cpu = || {
                std::fs::read_to_string("/proc/thread-self/schedstat")
                    .unwrap()
                    .split(' ')
                    .next()
                    .unwrap()
                    .parse::<f64>()
                    .unwrap()
                    / 1e9
            };
            let t = cpu();
            let mut f = motion::Follower::default();
            for d in &frames {
                f.next(d, w as usize, h as usize);
            }
            let e = cpu() - t;
            println!(
                "{} frames {e:.3} s -> 300 frames: {:.3} s",
                frames.len(),
                e / frames.len() as f64 * 300.0
            );
        }
        let seen = Run::new::<CameraAnalysis>().on(&clip).unwrap();
        for s in &seen.segments {
            println!("  {s}");
        }
        println!("  {}", seen.summary);
    }
}
