//! Pixels: into a model's input, and what colours they are.
//!
//! A [`View`] borrows the rows of a frame. A [`Fit`] says how a picture goes into a model's input (letterboxed,
//! stretched, cropped) and maps what the model finds back; a [`Painter`] does it, into a buffer that the caller owns and
//! reuses, so that a batch is filled in place. A [`Normalise`] says which numbers stand for the levels.
//!
//! ```
//! use va_inference::image::{Fit, Normalise, Painter, View};
//!
//! let pixels = vec![200; 320 * 240 * 3];
//! let picture = View::rgb(&pixels, 320, 240)?;
//! let fit = Fit::letterbox((320, 240), (640, 640)).pad(114.0);
//! let mut input = vec![0.0; 3 * 640 * 640];
//! Painter::new().tensor(&picture, &fit, &Normalise::unit(), &mut input)?;
//! assert!((input[0] - 114.0 / 255.0).abs() < 1e-6);
//! assert_eq!(fit.to_picture([0.0, 80.0]), [0.0, 0.0]);
//! # Ok::<(), va_analyzer_sdk::Error>(())
//! ```
//!
//! Measured beside OpenCV and numpy in README.md.

mod axis;
mod colour;
mod fit;
mod normalise;
mod painter;
mod rows;
mod scene;
mod view;
mod warp;

pub use colour::{Lab, WHITE_XYZ, linear_of_srgb, luma, luma_plane, srgb_of_linear, xyz_of_linear};
pub use fit::Fit;
pub use normalise::{Layout, Normalise, Order};
pub use painter::{Filter, Painter};
pub use scene::SceneWatch;
pub use view::{Image, View};
pub use warp::warp;
