use std::time::Instant;
use va_analyzer_content_quality::{blockiness::blockiness, colorfulness::colorfulness, exposure::exposure, noise::noise, plane::Plane, sharpness::sharpness, ContentQuality};
use va_analyzer_sdk::testing::{Clip, Picture, Run};
fn main() {
    let mut a = std::env::args().skip(1);
    let raw = std::fs::read(a.next().unwrap()).unwrap();
    let (w, h): (usize, usize) = (a.next().unwrap().parse().unwrap(), a.next().unwrap().parse().unwrap());
    let mut p = Plane::default();
    let time = |name: &str, f: &mut dyn FnMut()| { f(); let t = Instant::now(); for _ in 0..10 { f(); } println!("{name} {:?}", t.elapsed() / 10); };
    time("luma", &mut || p.set_to_luma_of(w, h, &raw[..w * h * 3]));
    time("sharp", &mut || { std::hint::black_box(sharpness(&p)); });
    time("exposure", &mut || { std::hint::black_box(exposure(&p)); });
    time("noise", &mut || { std::hint::black_box(noise(&p)); });
    time("block", &mut || { std::hint::black_box(blockiness(&p)); });
    time("color", &mut || { std::hint::black_box(colorfulness(&raw[..w * h * 3])); });
    let n = w * h * 3;
    let clip = Clip::from_pictures(1.0, (0..20).map(|i| Picture { width: w as u32, height: h as u32, data: raw[(i % (raw.len() / n)) * n..][..n].to_vec() }));
    let t = Instant::now();
    let seen = Run::new::<ContentQuality>().on(&clip).unwrap();
    println!("whole, with copies: {:?} a frame", t.elapsed() / seen.frames as u32);
}
