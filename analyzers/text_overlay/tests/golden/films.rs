//! Clips with captions whose words, times and places are known because they were drawn so: over real pictures that move
//! and real footage, in several fonts, sizes and styles, coded well and badly.

use std::path::PathBuf;

use va_test_media::{made, media};

/// Frames a second of all films; every tenth is looked at.
pub(crate) const FPS: f64 = 25.0;
pub(crate) const STEP_S: f64 = 10.0 / FPS;

const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu/DejaVu";
const LIBERATION: &str = "/usr/share/fonts/truetype/liberation/Liberation";
const LATO: &str = "/usr/share/fonts/truetype/lato/Lato-";

/// How letters are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Outline,
    Yellow,
    DarkBox,
    WhiteBox,
    Plain,
}

/// Where: pixels from the left (or in the middle), and from the top.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(pub(crate) Option<u32>, pub(crate) u32);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    pub(crate) text: &'static str,
    pub(crate) font: &'static str,
    pub(crate) size: u32,
    pub(crate) place: Place,
    pub(crate) style: Style,
    pub(crate) from_s: f64,
    pub(crate) until_s: f64,
    pub(crate) kind: &'static str,
}

#[derive(Debug)]
pub(crate) struct Film {
    pub(crate) name: &'static str,
    pub(crate) media: &'static str,
    pub(crate) size: (u32, u32),
    pub(crate) crf: u32,
    pub(crate) seconds: u32,
    pub(crate) captions: Vec<Drawn>,
}

impl Film {
    pub(crate) fn path(&self) -> PathBuf {
        let (width, height) = self.size;
        let path = media(self.media);
        let path = path.to_str().expect("a path");
        let seconds = self.seconds.to_string();
        let is_footage = self.media.ends_with(".mp4") || self.media.ends_with(".avi");
        let (input, mut graph) = if is_footage {
            let fill = format!(
                "fps=25,scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}"
            );
            (vec!["-stream_loop", "-1", "-i", path], fill)
        } else {
            // A pan over a picture a quarter larger.
            let (wide, high) = (width * 5 / 4, height * 5 / 4);
            let pan = format!(
                "scale={wide}:{high}:force_original_aspect_ratio=increase,\
                 crop={width}:{height}:(iw-{width})*t/{seconds}:(ih-{height})*t/{seconds}"
            );
            (vec!["-loop", "1", "-framerate", "25", "-i", path], pan)
        };
        self.captions.iter().for_each(|caption| graph.push_str(&caption.filter()));
        let crf = self.crf.to_string();
        let output = ["-t", &seconds, "-an", "-vf", &graph, "-pix_fmt", "yuv420p", "-crf", &crf];
        made(&format!("{}.mp4", self.name), &[&input[..], &output[..]].concat())
    }
}

impl Drawn {
    fn filter(&self) -> String {
        let Drawn { font, size, place: Place(left, top), from_s, until_s, .. } = self;
        let text: String = self.text.chars().flat_map(escaped).collect();
        let x = left.map_or("(w-text_w)/2".to_owned(), |left| left.to_string());
        let style = match self.style {
            Style::Outline => "fontcolor=white:borderw=3:bordercolor=black",
            Style::Yellow => "fontcolor=yellow:borderw=2:bordercolor=black",
            Style::DarkBox => "fontcolor=white:box=1:boxcolor=black@0.7:boxborderw=10",
            Style::WhiteBox => "fontcolor=black:box=1:boxcolor=white:boxborderw=8",
            Style::Plain => "fontcolor=white",
        };
        format!(
            ",drawtext=fontfile={}:text='{text}':expansion=none:fontsize={size}:x={x}:y={top}:{style}:\
             enable='gte(t,{from_s:.3})*lt(t,{until_s:.3})'",
            font_file(font)
        )
    }
}

fn escaped(c: char) -> Vec<char> {
    if matches!(c, ':' | ',' | '%' | '\\') { vec!['\\', c] } else { vec![c] }
}

fn font_file(font: &str) -> String {
    match font {
        "Black" | "Italic" => format!("{LATO}{font}.ttf"),
        "Mono-Bold" | "Serif-Regular" | "SansNarrow-Bold" => format!("{LIBERATION}{font}.ttf"),
        _ => format!("{DEJAVU}{font}.ttf"),
    }
}

fn drawn(text: &'static str, font: &'static str, size: u32, place: Place, style: Style) -> Drawn {
    Drawn { text, font, size, place, style, from_s: 0.0, until_s: 0.0, kind: "overlay" }
}

impl Drawn {
    fn during(self, from_s: f64, until_s: f64) -> Self {
        Drawn { from_s, until_s, ..self }
    }

    fn subtitle(self) -> Self {
        Drawn { kind: "subtitle", ..self }
    }
}

/// Captions of every kind: numbers, prices, handles, umlauts; crf 23 to 33.
pub(crate) fn films() -> Vec<Film> {
    use Style::{DarkBox, Outline, Plain, WhiteBox, Yellow};
    let middle = |top| Place(None, top);
    let low = |text, from_s, until_s| {
        drawn(text, "Sans-Bold", 48, middle(600), Outline).during(from_s, until_s).subtitle()
    };
    let garden = vec![
        low("Three things to know", 1.0, 3.0),
        low("Grüße aus Köln & Umgebung", 3.2, 5.2),
        low("Only $19.99 today!", 5.4, 7.4),
        drawn("@jane_doe", "Black", 40, Place(Some(40), 40), Plain).during(0.5, 7.5),
    ];
    let fruits = vec![
        drawn("SAVE 50% NOW", "Black", 64, middle(200), Yellow).during(1.0, 6.0),
        drawn("Für 24,95 € im Angebot", "SansNarrow-Bold", 38, middle(760), DarkBox)
            .during(2.0, 4.0)
            .subtitle(),
        drawn("Noch 3 Stück übrig", "SansNarrow-Bold", 38, middle(760), DarkBox).during(4.0, 6.0).subtitle(),
    ];
    let crying = vec![
        drawn("I never said it would be easy.", "Sans", 36, middle(630), Outline).during(0.6, 2.6).subtitle(),
        drawn("It was 10:30 on a Tuesday.", "Sans", 36, middle(630), Outline).during(2.8, 4.8).subtitle(),
        drawn("Call 0800 123 456", "Mono-Bold", 44, Place(Some(60), 60), WhiteBox).during(1.0, 7.0),
    ];
    let campus = vec![
        drawn("LIVE", "Sans-Bold", 32, Place(Some(650), 24), DarkBox).during(0.0, 8.0),
        drawn("Ümläute: Äpfel, Öl, Straße", "Serif-Regular", 40, middle(496), Outline)
            .during(1.0, 4.0)
            .subtitle(),
        drawn("Fußgänger auf dem Campus", "Serif-Regular", 40, middle(496), Outline)
            .during(4.0, 7.0)
            .subtitle(),
    ];
    let rain = vec![
        drawn("Follow @rust_lang for more", "Sans", 54, middle(930), Outline).during(1.0, 4.0),
        drawn("#video #analysis 2026", "Serif-Bold", 60, Place(Some(100), 100), Yellow).during(2.0, 6.0),
    ];
    let bunny = vec![
        drawn("Kapitel 12", "Italic", 72, Place(Some(80), 80), Outline).during(0.4, 3.0),
        drawn("Höher, schneller, weiter", "Black", 44, middle(800), WhiteBox).during(1.2, 4.4),
    ];
    let film = |name, media, size, crf, seconds, captions| Film { name, media, size, crf, seconds, captions };
    vec![
        film("garden", "Garden.jpg", (1280, 720), 23, 8, garden),
        film("fruits", "fruits.jpg", (540, 960), 28, 7, fruits),
        film("crying", "wolfgang_langer.mp4", (1280, 720), 33, 8, crying),
        film("campus", "vtest.avi", (768, 576), 26, 8, campus),
        film("rain", "RainDrops.jpg", (1920, 1080), 28, 7, rain),
        film("bunny", "bigbuckbunny.mp4", (1080, 1920), 30, 5, bunny),
    ]
}

/// What changes quickly: a clock, a price, a text word by word.
pub(crate) fn changing() -> Film {
    let clock = ["10:00", "10:01", "10:02", "10:03", "10:04", "10:05", "10:06", "10:07"];
    let words = ["HERE", "ARE", "WORDS", "ONE", "BY", "ONE"];
    let place = |text, i: usize| {
        let from_s = i as f64 * 0.8;
        drawn(text, "Sans-Bold", 60, Place(Some(100), 60), Style::Outline).during(from_s, from_s + 0.8)
    };
    let word = |text, i: usize| {
        let from_s = 1.6 + i as f64 * 0.8;
        drawn(text, "Black", 80, Place(None, 560), Style::Outline).during(from_s, from_s + 0.8).subtitle()
    };
    let price = |text| drawn(text, "Sans-Bold", 60, Place(None, 300), Style::DarkBox);
    let mut captions: Vec<Drawn> = clock.into_iter().enumerate().map(|(i, text)| place(text, i)).collect();
    captions.extend(words.into_iter().enumerate().map(|(i, text)| word(text, i)));
    captions.extend([price("$18.99").during(1.2, 4.0), price("$19.99").during(4.0, 6.0)]);
    Film { name: "changing", media: "Garden.jpg", size: (1280, 720), crf: 28, seconds: 7, captions }
}
