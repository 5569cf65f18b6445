//! Each model of the default tier (and three small ones) on the same tensor as Python's onnxruntime 1.32.0.
//!
//! Tolerance: 0 was seen on the machine that made the reference, with the same build of the runtime. Another processor
//! has other kernels, which add up in another order: 2e-4 of the output's largest value covers what single precision
//! loses in some hundred layers. A wrong input, output or layout is off by far more.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;
use va_inference::onnx::{Data, Input, Model, Options};

use crate::{host, reference};

const TOLERANCE: f64 = 2e-4;
const SIDE: usize = 512;

#[derive(Deserialize)]
struct Case {
    model: String,
    file: String,
    inputs: Vec<Spec>,
    outputs: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Spec {
    name: String,
    shape: Vec<usize>,
    r#type: String,
    picture: Option<FromPicture>,
    formula: Option<Formula>,
}

#[derive(Deserialize)]
struct FromPicture {
    layout: String,
    order: String,
    scale: f64,
    shift: f64,
}

#[derive(Deserialize)]
struct Formula {
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Expected {
    shape: Vec<usize>,
    at: Vec<usize>,
    values: Vec<f64>,
    mean: f64,
    largest: f64,
}

#[test]
fn every_model_gives_what_python_gives() {
    let astronaut = astronaut();
    let mut report = String::new();
    for case in reference::read::<Vec<Case>>("models") {
        let off = worst(&case, &astronaut);
        report.push_str(&format!("{:>10.2e} of the largest value: {} {}\n", off, case.model, case.file));
        assert!(off <= TOLERANCE, "{report}");
    }
    println!("{report}");
}

/// The largest difference, in parts of the output's largest value.
fn worst(case: &Case, astronaut: &[u8]) -> f64 {
    va_test_media::model(&case.model);
    let model = Model::load(&host::host(), &case.model, &case.file, &Options::default()).expect("loads");
    assert_eq!(model.device(), "cpu");
    let numbers: Vec<Vec<f64>> = case.inputs.iter().map(|input| input.numbers(astronaut)).collect();
    let buffers: Vec<Buffer> =
        case.inputs.iter().zip(&numbers).map(|(input, numbers)| Buffer::of(&input.r#type, numbers)).collect();
    let inputs: Vec<Input<'_>> = case
        .inputs
        .iter()
        .zip(&buffers)
        .map(|(input, buffer)| Input { name: &input.name, shape: &input.shape, data: buffer.data() })
        .collect();
    let outputs = model.run(&inputs).expect("runs");
    let mut worst = 0.0f64;
    for (name, expected) in &case.outputs {
        let (shape, values) = outputs.f32(name).expect("32-bit floats");
        assert_eq!(shape, expected.shape, "{} {name}", case.model);
        let largest = expected.largest.max(1e-6);
        for (at, value) in expected.at.iter().zip(&expected.values) {
            worst = worst.max((f64::from(values[*at]) - value).abs() / largest);
        }
        let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64;
        worst = worst.max((mean - expected.mean).abs() / largest);
    }
    worst
}

impl Spec {
    fn numbers(&self, astronaut: &[u8]) -> Vec<f64> {
        let numbers = match (&self.picture, &self.formula) {
            (Some(picture), _) => picture.numbers(&self.shape, astronaut),
            (_, Some(Formula { low, high })) => (0..self.shape.iter().product::<usize>() as u64)
                .map(|i| low + (high - low) * ((i * 2_654_435_761 % (1 << 32)) as f64 / (1u64 << 32) as f64))
                .collect(),
            _ => panic!("{}: neither a picture nor a formula", self.name),
        };
        if self.r#type == "f32" { numbers } else { numbers.into_iter().map(f64::floor).collect() }
    }
}

impl FromPicture {
    fn numbers(&self, shape: &[usize], astronaut: &[u8]) -> Vec<f64> {
        let planes = self.layout == "chw";
        let (rows, columns, channels) = match *shape {
            [.., channels, rows, columns] if planes => (rows, columns, channels),
            [ref rows @ .., columns, channels] => (rows.iter().product(), columns, channels),
            _ => panic!("{shape:?}"),
        };
        let value = |y: usize, x: usize, channel: usize| {
            let channel = if self.order == "bgr" { 2 - channel } else { channel };
            let at = (y * SIDE / rows * SIDE + x * SIDE / columns) * 3 + channel;
            f64::from(astronaut[at]) * self.scale + self.shift
        };
        let total = rows * columns * channels;
        if planes {
            (0..total).map(|i| value(i / columns % rows, i % columns, i / (rows * columns))).collect()
        } else {
            (0..total).map(|i| value(i / channels / columns, i / channels % columns, i % channels)).collect()
        }
    }
}

enum Buffer {
    F32(Vec<f32>),
    U8(Vec<u8>),
    I32(Vec<i32>),
    I64(Vec<i64>),
}

impl Buffer {
    fn of(r#type: &str, numbers: &[f64]) -> Self {
        match r#type {
            "f32" => Buffer::F32(numbers.iter().map(|n| *n as f32).collect()),
            "u8" => Buffer::U8(numbers.iter().map(|n| *n as u8).collect()),
            "i32" => Buffer::I32(numbers.iter().map(|n| *n as i32).collect()),
            "i64" => Buffer::I64(numbers.iter().map(|n| *n as i64).collect()),
            other => panic!("{other}"),
        }
    }

    fn data(&self) -> Data<'_> {
        match self {
            Buffer::F32(data) => Data::F32(data),
            Buffer::U8(data) => Data::U8(data),
            Buffer::I32(data) => Data::I32(data),
            Buffer::I64(data) => Data::I64(data),
        }
    }
}

/// The picture's pixels, 512 x 512 of red, green, blue. A PNG decodes to the same bytes everywhere.
pub(crate) fn astronaut() -> Vec<u8> {
    let png = va_test_media::media("astronaut.png");
    let raw = va_test_media::made_by("ffmpeg", "astronaut.rgb", |out| {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y", "-i"]).arg(&png);
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24"]).arg(out);
        command
    });
    let pixels = std::fs::read(raw).expect("it was just made");
    assert_eq!(pixels.len(), SIDE * SIDE * 3);
    pixels
}
