use std::process::Command;
use va_analyzer_audio_analysis::*;
fn main() {
    for path in std::env::args().skip(1) {
        let p = Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-select_streams",
                "a:0",
                "-show_entries",
                "stream=sample_rate,channels",
                "-of",
                "csv=p=0",
                &path,
            ])
            .output()
            .unwrap();
        let t = String::from_utf8(p.stdout).unwrap();
        let mut f = t.trim().split(',');
        let (sr, ch): (u32, u16) = (f.next().unwrap().parse().unwrap(), f.next().unwrap().parse().unwrap());
        let o = Command::new("ffmpeg")
            .args(["-v", "error", "-i", &path, "-map", "0:a:0", "-f", "f32le", "-"])
            .output()
            .unwrap();
        let s: Vec<f32> =
            o.stdout.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let t0 = std::time::Instant::now();
        let mut l = listening::Listening::new(sr, ch, 0.0, [65.0, 1000.0]);
        for c in s.chunks(sr as usize * ch as usize) {
            l.push(c);
        }
        let h = l.finish();
        let rate = sr as f64 / h.onset_hop as f64;
        let env = tempo::outstanding(&h.onsets.all, rate);
        let tp = tempo::tempo(&env, &tempo::outstanding(&h.onsets.low, rate), rate, [50.0, 220.0]);
        if std::env::var("DUMP").is_ok() {
            for (i, p) in h.pitches.iter().enumerate() {
                println!("{:.3} {:?}", i as f64 * 0.016, p);
            }
        }
        let b = tp.map(|t| beats::beats(&env, 60.0 * rate / t.bpm)).unwrap_or_default();
        let el = t0.elapsed().as_secs_f64();
        let v: Vec<f32> = h.pitches.iter().flatten().copied().collect();
        let k = key::best_key(&h.chroma.classes);
        let name = path.rsplit('/').next().unwrap();
        println!(
            "{name:22} {:5.1}s {sr} {ch} cpu {el:.3} bpm {:6.1}/{:6.1} clar {:.2} thr {:.2} beats {:3} key {:9} r {:.2} tun {:.2} lufs {:?} voiced {:.2} med {:.0}",
            s.len() as f64 / sr as f64 / ch as f64,
            tp.map_or(0.0, |t| t.bpm),
            beats::bpm_of(&b, rate).unwrap_or(0.0),
            tp.map_or(0.0, |t| t.clarity),
            tempo::least_clarity(0.15, env.len() as f64 / rate),
            b.len(),
            k.as_ref().map_or("-".into(), |k| k.name.clone()),
            k.as_ref().map_or(0.0, |k| k.correlation),
            h.chroma.tunedness,
            h.loudness_lufs.map(|x| (x * 10.).round() / 10.),
            v.len() as f64 / h.pitches.len().max(1) as f64,
            seconds::median(&mut v.clone()).unwrap_or(0.0)
        );
    }
}
