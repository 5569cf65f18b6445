use va_analyzer_sdk::testing::{Clip, Run};
fn main() {
    for path in std::env::args().skip(1) {
        let clip = Clip::from_file(&path).unwrap();
        let t = std::time::Instant::now();
        let seen = Run::new::<va_analyzer_content_quality::ContentQuality>().on(&clip).unwrap();
        println!("== {path} {} frames, {:?}", seen.frames, t.elapsed());
        for s in seen.segments.iter().step_by((seen.segments.len()/4).max(1)) { println!("{s}"); }
        println!("SUMMARY {}", seen.summary);
    }
}
