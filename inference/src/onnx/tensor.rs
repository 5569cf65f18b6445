//! What goes into a graph, and what a graph says that it takes and gives.

use std::fmt;
use std::ops::Range;

use ort::session::{Session, SessionInputValue};
use ort::value::{Outlet, TensorElementType, TensorRef};

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    F32,
    U8,
    I32,
    I64,
    /// One that this module cannot pass.
    Other,
}

/// An input or output, as the graph declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    pub element: Element,
    /// `None` where any size goes.
    pub shape: Vec<Option<usize>>,
}

/// A tensor to be put in: borrowed, never copied on a processor.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub name: &'a str,
    pub shape: &'a [usize],
    pub data: Data<'a>,
}

/// The elements of an [`Input`], row by row, the last dimension fastest.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    F32(&'a [f32]),
    U8(&'a [u8]),
    I32(&'a [i32]),
    I64(&'a [i64]),
}

impl Data<'_> {
    /// How many it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Data::F32(data) => size_of_val(*data),
            Data::U8(data) => data.len(),
            Data::I32(data) => size_of_val(*data),
            Data::I64(data) => size_of_val(*data),
        }
    }
}

impl<'a> Input<'a> {
    pub fn f32(name: &'a str, shape: &'a [usize], data: &'a [f32]) -> Self {
        Input { name, shape, data: Data::F32(data) }
    }

    pub fn u8(name: &'a str, shape: &'a [usize], data: &'a [u8]) -> Self {
        Input { name, shape, data: Data::U8(data) }
    }

    pub fn i32(name: &'a str, shape: &'a [usize], data: &'a [i32]) -> Self {
        Input { name, shape, data: Data::I32(data) }
    }

    pub fn i64(name: &'a str, shape: &'a [usize], data: &'a [i64]) -> Self {
        Input { name, shape, data: Data::I64(data) }
    }

    /// Its shape with so many rows.
    pub(super) fn shape_of_rows(&self, rows: usize) -> Vec<usize> {
        std::iter::once(rows).chain(self.shape.iter().skip(1).copied()).collect()
    }

    /// Some of its rows, which are of this shape.
    pub(super) fn rows<'s>(&'s self, rows: &Range<usize>, shape: &'s [usize]) -> Input<'s> {
        let row: usize = self.shape.iter().skip(1).product();
        let range = rows.start * row..rows.end * row;
        let data = match self.data {
            Data::F32(data) => Data::F32(&data[range]),
            Data::U8(data) => Data::U8(&data[range]),
            Data::I32(data) => Data::I32(&data[range]),
            Data::I64(data) => Data::I64(&data[range]),
        };
        Input { name: self.name, shape, data }
    }

    /// Why the graph would not take this, where it would not.
    pub(super) fn misfit(&self, ports: &[Port]) -> Option<String> {
        let Some(port) = ports.iter().find(|port| port.name == self.name) else {
            return Some(format!("it has no input {:?}, only {}", self.name, list(ports)));
        };
        let elements = self.shape.iter().product::<usize>();
        if self.data.len() != elements {
            let (name, shape, came) = (self.name, dimensions(self.shape), self.data.len());
            return Some(format!("input {name:?} {shape} has {elements} elements, {came} came"));
        }
        (!port.takes(self.data.element(), self.shape))
            .then(|| format!("expected {port}, {} {} came", self.data.element(), dimensions(self.shape)))
    }

    pub(super) fn value(&self) -> ort::Result<SessionInputValue<'a>> {
        Ok(match self.data {
            Data::F32(data) => TensorRef::from_array_view((self.shape, data))?.into(),
            Data::U8(data) => TensorRef::from_array_view((self.shape, data))?.into(),
            Data::I32(data) => TensorRef::from_array_view((self.shape, data))?.into(),
            Data::I64(data) => TensorRef::from_array_view((self.shape, data))?.into(),
        })
    }
}

impl Data<'_> {
    fn len(&self) -> usize {
        match self {
            Data::F32(data) => data.len(),
            Data::U8(data) => data.len(),
            Data::I32(data) => data.len(),
            Data::I64(data) => data.len(),
        }
    }

    fn element(&self) -> Element {
        match self {
            Data::F32(_) => Element::F32,
            Data::U8(_) => Element::U8,
            Data::I32(_) => Element::I32,
            Data::I64(_) => Element::I64,
        }
    }
}

impl Port {
    pub(super) fn inputs(session: &Session) -> Vec<Port> {
        session.inputs().iter().map(Port::of).collect()
    }

    pub(super) fn outputs(session: &Session) -> Vec<Port> {
        session.outputs().iter().map(Port::of).collect()
    }

    fn of(outlet: &Outlet) -> Port {
        let element = match outlet.dtype().tensor_type() {
            Some(TensorElementType::Float32) => Element::F32,
            Some(TensorElementType::Uint8) => Element::U8,
            Some(TensorElementType::Int32) => Element::I32,
            Some(TensorElementType::Int64) => Element::I64,
            _ => Element::Other,
        };
        let shape =
            outlet.dtype().tensor_shape().map(|shape| shape.iter().map(|&size| usize::try_from(size).ok()));
        Port { name: outlet.name().to_owned(), element, shape: shape.into_iter().flatten().collect() }
    }

    fn takes(&self, element: Element, shape: &[usize]) -> bool {
        let fits = |(port, came): (&Option<usize>, &usize)| port.is_none_or(|size| size == *came);
        self.element == element && self.shape.len() == shape.len() && self.shape.iter().zip(shape).all(fits)
    }
}

/// `"images" f32 [?,3,640,640]`.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> =
            self.shape.iter().map(|size| size.map_or("?".to_owned(), |size| size.to_string())).collect();
        write!(f, "{:?} {} [{}]", self.name, self.element, sizes.join(","))
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Element::F32 => "f32",
            Element::U8 => "u8",
            Element::I32 => "i32",
            Element::I64 => "i64",
            Element::Other => "another type",
        })
    }
}

pub(super) fn list(ports: &[Port]) -> String {
    let ports: Vec<String> = ports.iter().map(Port::to_string).collect();
    ports.join(", ")
}

pub(super) fn dimensions(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", sizes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports() -> Vec<Port> {
        vec![Port { name: "x".into(), element: Element::F32, shape: vec![None, Some(2)] }]
    }

    #[test]
    fn a_free_dimension_takes_any_size() {
        assert_eq!(Input::f32("x", &[3, 2], &[0.0; 6]).misfit(&ports()), None);
        assert_eq!(Input::f32("x", &[0, 2], &[]).misfit(&ports()), None);
    }

    #[test]
    fn a_misfit_says_what_was_expected_and_what_came() {
        let wrong = |input: Input<'_>| input.misfit(&ports()).expect("does not fit");
        assert_eq!(wrong(Input::f32("x", &[1, 3], &[0.0; 3])), "expected \"x\" f32 [?,2], f32 [1,3] came");
        assert_eq!(wrong(Input::u8("x", &[1, 2], &[0; 2])), "expected \"x\" f32 [?,2], u8 [1,2] came");
        assert_eq!(wrong(Input::f32("x", &[2], &[0.0; 2])), "expected \"x\" f32 [?,2], f32 [2] came");
        assert_eq!(wrong(Input::f32("x", &[1, 2], &[0.0; 3])), "input \"x\" [1,2] has 2 elements, 3 came");
        assert_eq!(wrong(Input::f32("y", &[1, 2], &[0.0; 2])), "it has no input \"y\", only \"x\" f32 [?,2]");
    }
}
