use std::io::Read;
use va_analyzer_cut_analysis::{cuts, distance, film::Film};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (w, h): (usize, usize) = (a[1].parse().unwrap(), a[2].parse().unwrap());
    let mut film = Film::new(w, h);
    let mut buf = vec![0; w * h * 3];
    let mut t = 0;
    while std::io::stdin().read_exact(&mut buf).is_ok() {
        film.push(&buf);
        if t > 0 {
            println!("{t} {:.3} {:.2} {:.3} {:.1} {:.3}", distance::histogram(&film.histograms[0], &film.histograms[1]),
                distance::blocks(&film, t - 1, t), distance::structure(&film, t - 1, t), film.contrast[t], cuts::score(distance::structure(&film, t - 1, t), distance::blocks(&film, t-1,t)));
        }
        t += 1;
    }
}
