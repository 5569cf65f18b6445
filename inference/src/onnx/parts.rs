//! A batch that is too large for the device's memory, run in parts. The parts are halved until one fits.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use ort::value::{DynValue, PrimitiveTensorElementType, Tensor};
use va_analyzer_sdk::{Error, ErrorKind, Result};

use super::tensor::{Element, Input, Port};

/// A value that came out of a graph, and its shape.
pub(super) type Shaped = (Vec<usize>, DynValue);

/// So many items of a batch are run at once. What was found to fit is remembered: memory that did not suffice once does
/// not suffice for the next batch either.
#[derive(Debug)]
pub(super) struct AtOnce(AtomicUsize);

impl Default for AtOnce {
    fn default() -> Self {
        AtOnce(AtomicUsize::new(usize::MAX))
    }
}

impl AtOnce {
    /// Runs items `0..count`, in order, and gives what came of each part.
    ///
    /// # Errors
    /// Where a run fails for want of another thing than memory, or for want of memory with one item alone.
    pub(super) fn run<T>(
        &self,
        count: usize,
        mut run: impl FnMut(Range<usize>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (mut through, mut done) = (0, Vec::new());
        while through < count {
            let size = self.0.load(Ordering::Relaxed).min(count - through);
            match run(through..through + size) {
                Ok(outputs) => {
                    done.push(outputs);
                    through += size;
                }
                Err(error) if error.kind == ErrorKind::OutOfMemory && size > 1 => {
                    self.0.store(size.div_ceil(2), Ordering::Relaxed);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

/// How many items these inputs hold, where they can be parted: all have as many rows, the graph takes any number of
/// them, and gives any. One dimension alone is no row of items but a signal.
pub(super) fn items(inputs: &[Input<'_>], takes: &[Port], gives: &[Port]) -> Option<usize> {
    let count = *inputs.first()?.shape.first()?;
    let free = |port: &Port, least: usize| port.shape.len() >= least && port.shape[0].is_none();
    let alike = inputs.iter().all(|input| input.shape.first() == Some(&count));
    (count > 1 && alike && takes.iter().all(|port| free(port, 2)) && gives.iter().all(|port| free(port, 1)))
        .then_some(count)
}

/// Puts the outputs of the parts, of which each has so many rows, together. What was run at once is left as it is.
pub(super) fn joined(mut done: Vec<(usize, Vec<Shaped>)>, ports: &[Port]) -> Result<Vec<Shaped>> {
    if done.len() == 1 {
        return Ok(done.remove(0).1);
    }
    let (rows, parts): (Vec<usize>, Vec<Vec<Shaped>>) = done.into_iter().unzip();
    let mut all = Vec::with_capacity(ports.len());
    for (at, port) in ports.iter().enumerate() {
        let of_port: Vec<&Shaped> = parts.iter().filter_map(|part| part.get(at)).collect();
        let tail =
            of_port.first().map(|(shape, _)| shape.get(1..).unwrap_or_default().to_vec()).unwrap_or_default();
        let fits = |((shape, _), rows): (&&Shaped, &usize)| {
            shape.first() == Some(rows) && shape.get(1..) == Some(tail.as_slice())
        };
        if of_port.len() != rows.len() || !of_port.iter().zip(&rows).all(fits) {
            return Err(unjoinable(port));
        }
        let shape: Vec<usize> = std::iter::once(rows.iter().sum()).chain(tail).collect();
        let value = match port.element {
            Element::F32 => concatenated::<f32>(&of_port, &shape)?,
            Element::U8 => concatenated::<u8>(&of_port, &shape)?,
            Element::I32 => concatenated::<i32>(&of_port, &shape)?,
            Element::I64 => concatenated::<i64>(&of_port, &shape)?,
            Element::Other => return Err(unjoinable(port)),
        };
        all.push((shape, value));
    }
    Ok(all)
}

fn concatenated<T>(parts: &[&Shaped], shape: &[usize]) -> Result<DynValue>
where
    T: PrimitiveTensorElementType + Clone + std::fmt::Debug + 'static,
{
    let mut all: Vec<T> = Vec::with_capacity(shape.iter().product());
    for (_, value) in parts {
        all.extend_from_slice(value.try_extract_tensor::<T>()?.1);
    }
    Ok(Tensor::from_array((shape.to_vec(), all))?.into_dyn())
}

fn unjoinable(port: &Port) -> Error {
    let why = format!(
        "memory does not suffice for the whole batch, and output {port} of its parts is no row for each item"
    );
    Error::of(ErrorKind::OutOfMemory, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts that were run, by a device with room for so many items.
    fn parts(at_once: &AtOnce, count: usize, room: usize) -> Result<Vec<Range<usize>>> {
        at_once.run(count, |part| {
            let error = Error::of(ErrorKind::OutOfMemory, "full");
            if part.len() > room { Err(error) } else { Ok(part) }
        })
    }

    #[test]
    fn a_batch_is_halved_until_it_fits_and_the_size_is_remembered() {
        let at_once = AtOnce::default();
        assert_eq!(parts(&at_once, 16, 16), Ok(std::iter::once(0..16).collect()));
        assert_eq!(parts(&at_once, 16, 5), Ok(vec![0..4, 4..8, 8..12, 12..16]));
        assert_eq!(parts(&at_once, 10, 16), Ok(vec![0..4, 4..8, 8..10]), "what did not fit once");
        assert_eq!(parts(&at_once, 3, 1), Ok(vec![0..1, 1..2, 2..3]));
    }

    #[test]
    fn one_item_that_does_not_fit_is_an_error_and_so_is_any_other_failure() {
        assert_eq!(parts(&AtOnce::default(), 7, 0).map_err(|error| error.kind), Err(ErrorKind::OutOfMemory));
        let mut runs = 0;
        let failed = AtOnce::default().run(8, |_| -> Result<()> {
            runs += 1;
            Err(Error::new("broken"))
        });
        assert_eq!((failed.map_err(|error| error.message), runs), (Err("broken".to_owned()), 1));
    }

    #[test]
    fn only_rows_of_items_are_parted() {
        let port =
            |shape: &[Option<usize>]| Port { name: "x".into(), element: Element::F32, shape: shape.to_vec() };
        let (rows, fixed, signal) = ([port(&[None, Some(2)])], [port(&[Some(4), Some(2)])], [port(&[None])]);
        let data = [0.0; 8];
        let batch = [Input::f32("x", &[4, 2], &data)];
        assert_eq!(items(&batch, &rows, &rows), Some(4));
        assert_eq!(items(&batch, &rows, &signal), Some(4), "one number for each");
        assert_eq!(items(&batch, &fixed, &rows), None);
        assert_eq!(items(&batch, &rows, &fixed), None);
        assert_eq!(items(&[Input::f32("x", &[8], &data)], &signal, &rows), None, "a signal");
        assert_eq!(items(&[Input::f32("x", &[1, 2], &data[..2])], &rows, &rows), None, "one item");
        let uneven = [Input::f32("x", &[4, 2], &data), Input::f32("y", &[2, 2], &data[..4])];
        assert_eq!(items(&uneven, &rows, &rows), None);
    }
}
