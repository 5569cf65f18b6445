//! Where text is in a frame: PP-OCR's detector (Liao et al. 2020, differentiable binarization) or CRAFT (Baek et al.
//! 2019).

use va_analyzer_sdk::{Error, Host, Result};
use va_inference::geometry::Rect;
use va_inference::image::{Filter, Fit, Normalise, Order, Painter, View};
use va_inference::onnx::{Input, Model, Options};
use va_inference::text::Components;
use va_inference::text::db::{Region, Regions};

/// Pixels of the longer side at least: smaller frames are enlarged, as letters of a few pixels are not found.
const LEAST_SIDE: f64 = 640.0;
/// Pixels of the longer side at most.
const MOST_SIDE: f64 = 960.0;
/// Sizes are multiples of this.
const STEP: f64 = 32.0;

/// A loaded detector.
#[derive(Debug)]
pub struct Detector {
    model: Model,
    input: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    PpOcr,
    Craft,
}

/// A session's memory for finding, used again and again.
#[derive(Debug)]
pub struct Scratch {
    painter: Painter,
    components: Components,
    input: Vec<f32>,
    map: Vec<f32>,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch {
            painter: Painter::new().filter(Filter::Linear),
            components: Components::new(),
            input: Vec::new(),
            map: Vec::new(),
        }
    }
}

impl Detector {
    /// The detector of PP-OCR, `det.onnx`: `[b, 3, h, w]` to `[b, 1, h, w]` probabilities.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn pp_ocr(host: &Host, model: &str) -> Result<Self> {
        Detector::load(host, model, "det.onnx", Kind::PpOcr)
    }

    /// CRAFT: `[b, 3, h, w]` to `[b, h / 2, w / 2, 2]`, region and affinity.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn craft(host: &Host, model: &str, file: &str) -> Result<Self> {
        Detector::load(host, model, file, Kind::Craft)
    }

    fn load(host: &Host, model: &str, file: &str, kind: Kind) -> Result<Self> {
        let loaded = Model::load(host, model, file, &Options::default())?;
        let port =
            loaded.inputs().first().ok_or_else(|| Error::new(format!("{model}: {file} takes no input")))?;
        let input = port.name.clone();
        Ok(Detector { model: loaded, input, kind })
    }

    /// Runs it once, so that the first frame takes no longer than the next.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn warm_up(&self) -> Result<()> {
        self.model.warm_up(&[(&self.input, &[1, 3, 64, 64])]).map(|_| ())
    }

    /// The lines (of CRAFT: the words) of a frame, in its pixels; a box may reach out of it.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn find(&self, view: &View<'_>, scratch: &mut Scratch) -> Result<Vec<Region>> {
        let fit = self.fit(view.size());
        let (width, height) = fit.input();
        let normalise = match self.kind {
            Kind::PpOcr => Normalise::imagenet().order(Order::Bgr),
            Kind::Craft => Normalise::imagenet(),
        };
        scratch.input.resize(3 * width * height, 0.0);
        scratch.painter.tensor(view, &fit, &normalise, &mut scratch.input)?;
        let shape = [1, 3, height, width];
        let outputs = self.model.run(&[Input::f32(&self.input, &shape, &scratch.input)])?;
        let (shape, map) = outputs.first_f32()?;
        let found = match self.kind {
            Kind::PpOcr if shape == [1, 1, height, width] => {
                Regions::default().find(&mut scratch.components, map, width)
            }
            Kind::Craft if shape == [1, height / 2, width / 2, 2] => words(map, width / 2, scratch),
            _ => return Err(Error::new(format!("the text detector gives {shape:?} for {width}x{height}"))),
        };
        let (origin, one) = (fit.to_picture([0.0, 0.0]), fit.to_picture([1.0, 1.0]));
        let (across, down) = (one[0] - origin[0], one[1] - origin[1]);
        Ok(found.into_iter().map(|region| region.scaled(across, down)).collect())
    }

    fn fit(&self, size: (usize, usize)) -> Fit {
        let (width, height) = (size.0 as f64, size.1 as f64);
        let longest = width.max(height).max(1.0);
        let factor = longest.clamp(LEAST_SIDE, MOST_SIDE) / longest;
        let whole = |length: f64| (length.max(1.0) * STEP) as usize;
        match self.kind {
            Kind::PpOcr => {
                let side = |length: f64| whole((length * factor / STEP).round());
                Fit::stretch(size, (side(width), side(height)))
            }
            Kind::Craft => {
                let side = |length: f64| whole((length * factor / STEP).ceil());
                let input = (side(width), side(height));
                let shown = Rect::new(0.0, 0.0, (width * factor) as f32, (height * factor) as f32);
                let picture = Rect::new(0.0, 0.0, width as f32, height as f32);
                Fit::new(size, &picture, input, &shown)
            }
        }
    }
}

/// CRAFT's words: cells of letters or of what links letters, in groups; a quarter of its height round each. In pixels of
/// the input, which has two for a cell.
fn words(map: &[f32], width: usize, scratch: &mut Scratch) -> Vec<Region> {
    let (pairs, _) = map.as_chunks::<2>();
    scratch.map.clear();
    scratch.map.extend(pairs.iter().map(|[region, affinity]| region.max(*affinity)));
    let rule = Regions { threshold: 0.4, least_cells: 40, least_score: 0.0, unclip: 0.0 };
    let found = rule.find(&mut scratch.components, &scratch.map, width);
    found.into_iter().map(|region| with_margin(&region.scaled(2.0, 2.0))).collect()
}

fn with_margin(region: &Region) -> Region {
    let margin = region.rect.height() * 0.25;
    let Rect { left, top, right, bottom } = region.rect;
    let rect = Rect::new(left - margin, top - margin, right + margin, bottom + margin);
    // Upright: CRAFT's map follows letters, whose smallest rectangle leans for many a short word.
    let corners =
        [[rect.left, rect.top], [rect.right, rect.top], [rect.right, rect.bottom], [rect.left, rect.bottom]];
    Region { rect, corners, ..*region }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crafts_letters_and_links_become_one_word_with_a_margin() {
        let (width, height) = (40, 20);
        let mut map = vec![0.0; width * height * 2];
        for y in 5..11 {
            for x in 4..24 {
                // Two letters, and the link between them.
                map[(y * width + x) * 2 + usize::from((11..17).contains(&x))] = 0.9;
            }
        }
        let found = words(&map, width, &mut Scratch::default());
        assert_eq!(found.len(), 1);
        let margin = 12.0 * 0.25;
        assert_eq!(found[0].rect, Rect::new(8.0 - margin, 10.0 - margin, 48.0 + margin, 22.0 + margin));
    }
}
