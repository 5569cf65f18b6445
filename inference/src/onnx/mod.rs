//! Runs ONNX models by ONNX Runtime.
//!
//! The runtime is a library that is installed like a model (`onnxruntime`, for a GPU `onnxruntime-gpu`) and loaded
//! once. A [`Model`] is a loaded graph: it is made once, when its analyzer is loaded, and serves all sessions.
//!
//! ```no_run
//! # fn load(host: &va_analyzer_sdk::Host) -> va_analyzer_sdk::Result<()> {
//! use va_inference::onnx::{Input, Model, Options};
//!
//! let model = Model::load(host, "u2netp", "model.onnx", &Options::default())?;
//! let pixels = vec![0.0; 3 * 320 * 320];
//! let outputs = model.run(&[Input::f32("input.1", &[1, 3, 320, 320], &pixels)])?;
//! let (shape, mask) = outputs.f32("1959")?;
//! # assert_eq!((shape, mask.len()), ([1, 1, 320, 320].as_slice(), 320 * 320));
//! # Ok(())
//! # }
//! ```

mod denormals;
mod device;
mod heap;
mod model;
mod outputs;
mod parts;
mod pool;
mod record;
mod runtime;
mod tensor;

pub use model::{Model, Options};
pub use outputs::Outputs;
pub use runtime::RUNTIMES;
pub use tensor::{Data, Element, Input, Port};
