use va_analyzer_sdk::testing::{Clip, Picture, Run};
fn main() {
    let mut state = 1u64;
    let path = std::env::args().nth(1).unwrap();
    let raw = std::fs::read(path).unwrap();
    let n = 90 * 160 * 3;
    let _ = &mut state;
    let pictures: Vec<Picture> = (0..50).map(|i| { let f = i % (raw.len() / n); Picture { width: 90, height: 160, data: raw[f * n..][..n].to_vec() } }).collect();
    let clip = Clip::from_pictures(1.0, pictures);
    let t = std::time::Instant::now();
    let seen = Run::new::<va_analyzer_color_analysis::ColorAnalysis>().on(&clip).unwrap();
    println!("{} frames {:?}", seen.frames, t.elapsed());
}
