//! A loaded graph.

use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use va_analyzer_sdk::{Error, ErrorKind, Host, LogLevel, Result};

use super::denormals::DenormalsAreZero;
use super::device::{self, Device, Wanted};
use super::outputs::Outputs;
use super::parts::{self, AtOnce, Shaped};
use super::record::{Record, thread_time};
use super::runtime;
use super::tensor::{Data, Element, Input, Port, list};

/// How a graph is loaded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that one run may keep busy. The host's own limit holds as well; several analyzers share the cores.
    pub threads: usize,
    /// Lets the runtime rewrite the graph. Off only to find faults.
    pub optimise: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: 1, optimise: true }
    }
}

impl Options {
    /// As the default, with more threads.
    #[must_use]
    pub fn threads(threads: usize) -> Self {
        Options { threads, ..Options::default() }
    }
}

/// A loaded graph. May be shared by sessions: runs take turns.
#[derive(Debug)]
pub struct Model {
    /// The model and its file, for messages.
    name: String,
    device: String,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    session: Mutex<Session>,
    at_once: AtOnce,
    record: Option<Mutex<Record>>,
}

impl Model {
    /// Loads `file` of an installed model's folder onto the host's device. Where a GPU was asked for and cannot be
    /// used, the log says why, and the processor serves; [`Model::device`] tells which it was, and so is the host told.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where the model or the runtime is not installed, as [`Host::model_path`] says it;
    /// otherwise where the file is no graph that the runtime can run.
    pub fn load(host: &Host, model: &str, file: &str, options: &Options) -> Result<Self> {
        let folder = host.model_path(model)?;
        let wanted = Wanted::parse(&host.device())?;
        let runtime = runtime::environment(host, wanted.gpu().is_some())?;
        let name = format!("model {model:?} ({file})");
        let path = folder.join(file);
        if !path.is_file() {
            let why = format!("{name} is not complete: {} is missing; install it again", path.display());
            return Err(Error::of(ErrorKind::Unavailable, why));
        }
        let threads = options.threads.clamp(1, host.threads());
        let builder = || {
            Session::builder(&runtime.environment).and_then(|builder| configured(builder, options, threads))
        };
        let (session, device) = load_on(host, &name, &path, wanted, runtime.pooled, builder)
            .map_err(|e| Error::new(format!("cannot load {name} from {}: {e}", path.display())))?;
        device::report(host, device);
        Ok(Model {
            name,
            device: device.to_string(),
            inputs: Port::inputs(&session),
            outputs: Port::outputs(&session),
            session: Mutex::new(session),
            at_once: AtOnce::default(),
            record: Record::open(model, file)?.map(Mutex::new),
        })
    }

    /// Where it really runs: `cpu` or `cuda:N`.
    pub fn device(&self) -> &str {
        &self.device
    }

    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// What the file says of itself under `key`, such as `names` or `character`.
    pub fn metadata(&self, key: &str) -> Option<String> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.metadata().ok()?.custom(key)
    }

    /// Runs the graph on `inputs`, each named once, and gives all its outputs. Takes turns with other callers. Where the
    /// device's memory does not suffice for a batch, it is run in parts, if the graph takes a row for each item.
    ///
    /// # Errors
    /// Where the inputs are not those of the graph, with what was expected; [`ErrorKind::OutOfMemory`] where the
    /// device's memory did not suffice; where the runtime fails.
    pub fn run(&self, inputs: &[Input<'_>]) -> Result<Outputs<'_>> {
        let Some(record) = &self.record else { return self.run_unrecorded(inputs) };
        let begun = thread_time();
        let outputs = self.run_unrecorded(inputs)?;
        let took = thread_time() - begun;
        record.lock().unwrap_or_else(PoisonError::into_inner).add(inputs, took)?;
        Ok(outputs)
    }

    fn run_unrecorded(&self, inputs: &[Input<'_>]) -> Result<Outputs<'_>> {
        self.check(inputs)?;
        let values = match parts::items(inputs, &self.inputs, &self.outputs) {
            None => self.run_at_once(inputs)?,
            Some(items) => {
                let done = self.at_once.run(items, |rows| Ok((rows.len(), self.run_rows(inputs, &rows)?)))?;
                parts::joined(done, &self.outputs)
                    .map_err(|e| e.context(format_args!("cannot run {}", self.name)))?
            }
        };
        Ok(Outputs { model: &self.name, ports: &self.outputs, values })
    }

    fn run_rows(&self, inputs: &[Input<'_>], rows: &Range<usize>) -> Result<Vec<Shaped>> {
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape_of_rows(rows.len())).collect();
        let part: Vec<Input<'_>> =
            inputs.iter().zip(&shapes).map(|(input, shape)| input.rows(rows, shape)).collect();
        self.run_at_once(&part)
    }

    fn run_at_once(&self, inputs: &[Input<'_>]) -> Result<Vec<Shaped>> {
        let failed = |e: ort::Error| Error::of(kind(&e), format!("cannot run {}: {e}", self.name));
        let mut values = Vec::with_capacity(inputs.len());
        for input in inputs {
            values.push((input.name, input.value().map_err(failed)?));
        }
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let zero = DenormalsAreZero::now();
        let outputs = session.run(values);
        drop(zero);
        let outputs = outputs.map_err(failed)?;
        Ok(outputs.into_iter().map(|(_, value)| (shape(&value), value)).collect())
    }

    /// Runs the graph once on zeros of these shapes, so that the first real run takes no longer than the next ones;
    /// says how long it took.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn warm_up(&self, shapes: &[(&str, &[usize])]) -> Result<Duration> {
        let start = Instant::now();
        let most = shapes.iter().map(|(_, shape)| shape.iter().product::<usize>()).max().unwrap_or(0);
        let zeros = Zeros { f32: vec![0.0; most], u8: vec![0; most], i32: vec![0; most], i64: vec![0; most] };
        let inputs: Vec<Input<'_>> = shapes
            .iter()
            .map(|(name, shape)| {
                let element = self.inputs.iter().find(|port| port.name == *name).map(|port| port.element);
                let data = zeros.data(element.unwrap_or(Element::F32), shape.iter().product());
                Input { name, shape, data }
            })
            .collect();
        self.run_unrecorded(&inputs)?;
        Ok(start.elapsed())
    }

    fn check(&self, inputs: &[Input<'_>]) -> Result<()> {
        let wrong = |why: String| Error::new(format!("cannot run {}: {why}", self.name));
        if let Some(why) = inputs.iter().find_map(|input| input.misfit(&self.inputs)) {
            return Err(wrong(why));
        }
        let all_named = self.inputs.iter().all(|port| inputs.iter().any(|input| input.name == port.name));
        if inputs.len() != self.inputs.len() || !all_named {
            let came: Vec<&str> = inputs.iter().map(|input| input.name).collect();
            return Err(wrong(format!("it takes {}, {came:?} came", list(&self.inputs))));
        }
        Ok(())
    }
}

/// Room for inputs of any type.
struct Zeros {
    f32: Vec<f32>,
    u8: Vec<u8>,
    i32: Vec<i32>,
    i64: Vec<i64>,
}

impl Zeros {
    fn data(&self, element: Element, length: usize) -> Data<'_> {
        match element {
            Element::F32 | Element::Other => Data::F32(&self.f32[..length]),
            Element::U8 => Data::U8(&self.u8[..length]),
            Element::I32 => Data::I32(&self.i32[..length]),
            Element::I64 => Data::I64(&self.i64[..length]),
        }
    }
}

/// Threads that wait must sleep: a spinning one takes a core from another analyzer.
fn configured(builder: SessionBuilder, options: &Options, threads: usize) -> ort::Result<SessionBuilder> {
    let level = if options.optimise { GraphOptimizationLevel::All } else { GraphOptimizationLevel::Disable };
    let builder = builder
        .with_intra_threads(threads)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        // Of the runtime's own threads; those that call it see to themselves.
        .with_flush_to_zero()?
        .with_optimization_level(level)?;
    Ok(builder)
}

/// The GPU where one is wanted and works, else the processor.
fn load_on(
    host: &Host,
    name: &str,
    path: &Path,
    wanted: Wanted,
    pooled: bool,
    builder: impl Fn() -> ort::Result<SessionBuilder>,
) -> ort::Result<(Session, Device)> {
    if let Some(number) = wanted.gpu() {
        let on_gpu = builder().and_then(|mut builder| {
            device::register_cuda(&mut builder, number)?;
            builder.commit_from_file(path)
        });
        match on_gpu {
            Ok(session) => return Ok((session, Device::Cuda(number))),
            Err(e) => {
                let level = if wanted == Wanted::Auto { LogLevel::Info } else { LogLevel::Warn };
                host.log(level, format!("{name} runs on cpu, as cuda:{number} cannot be used: {e}"));
            }
        }
    }
    let builder = builder()?;
    let mut builder = if pooled { builder.with_env_allocators()? } else { builder };
    Ok((builder.commit_from_file(path)?, Device::Cpu))
}

fn shape(value: &ort::value::DynValue) -> Vec<usize> {
    let sizes = value.dtype().tensor_shape().map(|shape| shape.iter().map(|&size| size.max(0) as usize));
    sizes.into_iter().flatten().collect()
}

/// The runtime has no code for it; these are the words of its two allocators and of CUDA.
fn kind(error: &ort::Error) -> ErrorKind {
    let message = error.message();
    let short_of_memory = ["Failed to allocate memory", "out of memory", "bad_alloc"];
    if short_of_memory.iter().any(|words| message.contains(words)) {
        ErrorKind::OutOfMemory
    } else {
        ErrorKind::Failed
    }
}
