//! What came out of a graph.

use ort::value::DynValue;
use va_analyzer_sdk::{Error, Result};

use super::tensor::{Port, list};

/// The outputs of one run, where the runtime left them: read, never copied.
#[derive(Debug)]
pub struct Outputs<'m> {
    pub(super) model: &'m str,
    pub(super) ports: &'m [Port],
    /// In the order of `ports`.
    pub(super) values: Vec<(Vec<usize>, DynValue)>,
}

impl Outputs<'_> {
    /// The shape and the elements of an output.
    ///
    /// # Errors
    /// Where the model has no such output, or one of another type.
    pub fn f32(&self, name: &str) -> Result<(&[usize], &[f32])> {
        self.get(name)
    }

    /// As [`Outputs::f32`].
    ///
    /// # Errors
    /// As [`Outputs::f32`].
    pub fn u8(&self, name: &str) -> Result<(&[usize], &[u8])> {
        self.get(name)
    }

    /// As [`Outputs::f32`].
    ///
    /// # Errors
    /// As [`Outputs::f32`].
    pub fn i32(&self, name: &str) -> Result<(&[usize], &[i32])> {
        self.get(name)
    }

    /// As [`Outputs::f32`].
    ///
    /// # Errors
    /// As [`Outputs::f32`].
    pub fn i64(&self, name: &str) -> Result<(&[usize], &[i64])> {
        self.get(name)
    }

    /// The first output, for graphs that have but one, under whatever name.
    ///
    /// # Errors
    /// Where it is not of 32-bit floats.
    pub fn first_f32(&self) -> Result<(&[usize], &[f32])> {
        self.at(0)
    }

    fn get<T: ort::value::PrimitiveTensorElementType>(&self, name: &str) -> Result<(&[usize], &[T])> {
        let place = self.ports.iter().position(|port| port.name == name).ok_or_else(|| {
            Error::new(format!("{} has no output {name:?}, only {}", self.model, list(self.ports)))
        })?;
        self.at(place)
    }

    fn at<T: ort::value::PrimitiveTensorElementType>(&self, place: usize) -> Result<(&[usize], &[T])> {
        let (shape, value) = &self.values[place];
        let (_, data) = value
            .try_extract_tensor::<T>()
            .map_err(|e| Error::new(format!("{} gives output {}: {e}", self.model, self.ports[place])))?;
        Ok((shape, data))
    }
}
