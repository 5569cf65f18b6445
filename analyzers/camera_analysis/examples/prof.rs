//! temporary
use std::io::Read;
use va_analyzer_camera_analysis::*;
fn cpu() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse::<f64>()
        .unwrap()
        / 1e9
}
fn main() {
    let f = std::env::args().nth(1).unwrap();
    let w: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let h: usize = std::env::args().nth(3).unwrap().parse().unwrap();
    let mut c = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-nostdin",
            "-i",
            &f,
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
    let mut data = vec![0; w * h];
    let mut frames = vec![];
    while o.read_exact(&mut data).is_ok() {
        frames.push(data.clone());
    }
    let n = frames.len() as f64;
    let per = |t: f64| t / n * 300.0;
    let t = cpu();
    let mut p = pyramid::Pyramid::default();
    for d in &frames {
        p.update(d, w, h);
    }
    println!("pyramid {:.3}", per(cpu() - t));
    let ps: Vec<_> = frames.iter().map(|d| pyramid::Pyramid::of(d, w, h)).collect();
    let grid = corners::Grid::new(w, h);
    let t = cpu();
    let cs: Vec<_> = ps.iter().map(|p| corners::corners(p, &grid)).collect();
    println!(
        "corners {:.3} mean count {}",
        per(cpu() - t),
        cs.iter().map(|c| c.len()).sum::<usize>() as f64 / n
    );
    let t = cpu();
    for i in 1..ps.len() {
        std::hint::black_box(coarse::shift(&ps[i - 1], &ps[i]));
    }
    println!("coarse {:.3}", per(cpu() - t));
    let t = cpu();
    for i in 1..ps.len() {
        for &c in &cs[i - 1] {
            std::hint::black_box(flow::track(&ps[i - 1], &ps[i], c, [0.0, 0.0]));
        }
    }
    println!("track {:.3}", per(cpu() - t));
    let t = cpu();
    for i in 1..ps.len() {
        std::hint::black_box(motion::estimate(&ps[i - 1], &ps[i], None));
    }
    println!("estimate {:.3}", per(cpu() - t));
    let t = cpu();
    let mut f = motion::Follower::default();
    for d in &frames {
        f.next(d, w, h);
    }
    println!("all {:.3}", per(cpu() - t));
}
