//! Writes down each run of a graph where the environment names a folder for that: how often an analyzer runs what, in
//! which shapes, and what of its time is the runtime's. Inputs are kept, to run them elsewhere: what a run takes depends on
//! them, as some operations branch by the sign of each number.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use va_analyzer_sdk::{Error, Result};

use super::tensor::{Data, Input, dimensions};

/// The folder; it is made where it is missing. Nothing is recorded where this is not set.
const FOLDER: &str = "VA_RECORD_RUNS";
/// Of a shape whose inputs are larger than this, bytes, not those of every run are kept, but of every second, third, …
const LARGE: usize = 1 << 20;

/// The runs of one graph in this process, in `FOLDER/PROCESS/MODEL/FILE/runs.jsonl` (`FILE.2` where it is loaded a second
/// time): a line for each, as `{"shapes": {"images": [1,3,640,384]}, "cpu_s": 0.031, "kept": 0}`. Where `kept` is a number, `KEPT.INPUT.npy` beside
/// it has each input.
#[derive(Debug)]
pub(super) struct Record {
    folder: PathBuf,
    runs: File,
    /// By shapes.
    seen: HashMap<String, usize>,
    kept: u32,
}

impl Record {
    /// `None` where nobody asked for it.
    pub(super) fn open(model: &str, file: &str) -> Result<Option<Self>> {
        std::env::var_os(FOLDER).map(|folder| Record::open_in(Path::new(&folder), model, file)).transpose()
    }

    fn open_in(folder: &Path, model: &str, file: &str) -> Result<Self> {
        let of_model = folder.join(std::process::id().to_string()).join(model);
        let folder = fs::create_dir_all(&of_model).and_then(|()| new_folder(&of_model, file));
        let folder = folder.map_err(|e| cannot(&of_model, &e))?;
        let runs = File::create(folder.join("runs.jsonl")).map_err(|e| cannot(&folder, &e))?;
        Ok(Record { folder, runs, seen: HashMap::new(), kept: 0 })
    }

    pub(super) fn add(&mut self, inputs: &[Input<'_>], took: Duration) -> Result<()> {
        self.write(inputs, took).map_err(|e| cannot(&self.folder, &e))
    }

    fn write(&mut self, inputs: &[Input<'_>], took: Duration) -> io::Result<()> {
        let shape = |input: &Input<'_>| format!("{:?}: {}", input.name, dimensions(input.shape));
        let shapes = inputs.iter().map(shape).collect::<Vec<_>>().join(", ");
        let seen = self.seen.entry(shapes.clone()).or_default();
        let every = inputs.iter().map(|input| input.data.bytes()).sum::<usize>().div_ceil(LARGE).max(1);
        let kept = seen.is_multiple_of(every).then_some(self.kept);
        *seen += 1;
        if let Some(number) = kept {
            for input in inputs {
                fs::write(self.folder.join(format!("{number}.{}.npy", input.name)), npy(input))?;
            }
            self.kept += 1;
        }
        let kept = kept.map_or("null".to_owned(), |number| number.to_string());
        let cpu_s = took.as_secs_f64();
        writeln!(self.runs, "{{\"shapes\": {{{shapes}}}, \"cpu_s\": {cpu_s:.6}, \"kept\": {kept}}}")
    }
}

/// CPU time of this thread so far: all of a run that keeps to one thread.
pub(super) fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// Analyzers that use the same graph load it each for itself.
fn new_folder(beside: &Path, file: &str) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let name = if number == 1 { file.to_owned() } else { format!("{file}.{number}") };
        let folder = beside.join(name);
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
            done => return done.map(|()| folder),
        }
    }
}

fn cannot(folder: &Path, error: &io::Error) -> Error {
    Error::new(format!("cannot record runs in {}: {error}; see {FOLDER}", folder.display()))
}

/// The NPY format, version 1.0: a header of a multiple of 64 bytes, then the elements, little-endian.
fn npy(input: &Input<'_>) -> Vec<u8> {
    let sizes: String = input.shape.iter().map(|size| format!("{size}, ")).collect();
    let (kind, elements): (_, Vec<u8>) = match input.data {
        Data::F32(data) => ("<f4", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::U8(data) => ("|u1", data.to_vec()),
        Data::I32(data) => ("<i4", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::I64(data) => ("<i8", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
    };
    let described = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let length = (10 + described.len() + 1).next_multiple_of(64) - 10;
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((length as u16).to_le_bytes());
    out.extend(format!("{described:<width$}\n", width = length - 1).bytes());
    out.extend(elements);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_is_a_line_and_inputs_are_kept_of_large_ones_not_all() {
        let folder = std::env::temp_dir().join(format!("va-record-{}", std::process::id()));
        let mut record = Record::open_in(&folder, "net", "model.onnx").expect("can be written");
        let data = vec![0.5f32; 3 << 18];
        let run = |record: &mut Record, shape: &[usize]| {
            let data = &data[..shape.iter().product()];
            record.add(&[Input::f32("x", shape, data)], Duration::from_millis(12)).expect("can be written");
        };
        (0..2).for_each(|_| run(&mut record, &[1, 2]));
        (0..5).for_each(|_| run(&mut record, &[3, 1 << 18]));
        let written = |name: &str| fs::read(record.folder.join(name));
        let runs = String::from_utf8(written("runs.jsonl").expect("there")).expect("text");
        let lines: Vec<&str> = runs.lines().collect();
        assert_eq!(lines[1], r#"{"shapes": {"x": [1,2]}, "cpu_s": 0.012000, "kept": 1}"#);
        assert_eq!(lines[2], r#"{"shapes": {"x": [3,262144]}, "cpu_s": 0.012000, "kept": 2}"#);
        assert_eq!(lines[3], r#"{"shapes": {"x": [3,262144]}, "cpu_s": 0.012000, "kept": null}"#);
        let kept = lines.iter().map(|line| !line.contains("null"));
        assert_eq!(kept.collect::<Vec<_>>(), [true, true, true, false, false, true, false]);
        assert!(written("3.x.npy").is_ok() && written("4.x.npy").is_err());
        fs::remove_dir_all(&folder).expect("ours");
    }

    #[test]
    fn a_graph_that_is_loaded_twice_has_two_folders() {
        let folder = std::env::temp_dir().join(format!("va-record-twice-{}", std::process::id()));
        let open = || Record::open_in(&folder, "net", "model.onnx").expect("can be written").folder;
        let names = [open(), open(), open()].map(|folder| folder.file_name().expect("has one").to_owned());
        assert_eq!(names, ["model.onnx", "model.onnx.2", "model.onnx.3"]);
        fs::remove_dir_all(&folder).expect("ours");
    }

    #[test]
    fn an_input_is_written_as_numpy_reads_it() {
        let written = npy(&Input::f32("x", &[1, 2], &[0.5, -1.0]));
        let (header, elements) = written.split_at(written.len() - 8);
        assert_eq!(header.len() % 64, 0);
        assert_eq!(&header[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert!(header[10..].starts_with(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, ), }"));
        assert_eq!(header.last(), Some(&b'\n'));
        assert_eq!(elements, [0.5f32.to_le_bytes(), (-1f32).to_le_bytes()].concat());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let failed = Record::open_in(Path::new("/dev/null"), "net", "model.onnx").expect_err("no folder");
        assert!(failed.message.contains("/dev/null") && failed.message.contains(FOLDER), "{failed}");
    }
}
