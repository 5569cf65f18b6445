//! What a model says where something is missing or wrong, and that it may be shared.

use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::process::{Resource, Rlimit, setrlimit};
use va_analyzer_sdk::{ErrorKind, LogLevel};
use va_inference::onnx::{Element, Input, Model, Options};

use crate::host::{host, installed, on};

const SIDE: usize = 64;
const SHAPE: [usize; 4] = [1, SIDE, SIDE, 1];

fn emotion() -> Model {
    Model::load(&host(), "emotion", "model.onnx", &Options::default()).expect("installed")
}

#[test]
fn a_missing_model_is_unavailable_in_the_hosts_own_words() {
    let error = Model::load(&host(), "no-such", "model.onnx", &Options::default()).expect_err("missing");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(error.message, "model no-such is not installed: run pull");
}

#[test]
fn a_missing_file_of_a_model_is_unavailable_and_named() {
    let error = Model::load(&host(), "emotion", "other.onnx", &Options::default()).expect_err("missing");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("\"emotion\" (other.onnx) is not complete"), "{error}");
}

#[test]
fn a_file_that_is_no_graph_is_an_error_and_no_crash() {
    let error =
        Model::load(&host(), "deeplab-v3-voc", "labels.txt", &Options::default()).expect_err("no graph");
    assert_eq!(error.kind, ErrorKind::Failed);
    assert!(error.message.starts_with("cannot load model \"deeplab-v3-voc\" (labels.txt) from "), "{error}");
}

#[test]
fn the_wrong_input_is_refused_with_what_was_expected() {
    let model = emotion();
    assert_eq!(model.inputs()[0].element, Element::F32);
    let pixels = vec![0.0; SIDE * SIDE];
    let error = model.run(&[Input::f32("image", &[1, 1, SIDE, SIDE], &pixels)]).expect_err("turned");
    assert_eq!(
        error.message,
        "cannot run model \"emotion\" (model.onnx): expected \"image\" f32 [?,64,64,1], f32 [1,1,64,64] came"
    );
    let error = model.run(&[]).expect_err("nothing");
    assert!(error.message.contains("it takes \"image\" f32 [?,64,64,1], [] came"), "{error}");
    let outputs = model.run(&[Input::f32("image", &SHAPE, &pixels)]).expect("right");
    let error = outputs.f32("nothing").expect_err("no such output");
    assert!(error.message.contains("no output \"nothing\", only \"prob\" f32 [?,7]"), "{error}");
    assert!(outputs.i64("prob").is_err());
}

#[test]
fn sessions_share_a_model_and_each_get_their_own_outputs() {
    let model = emotion();
    let picture = |seed: usize| -> Vec<f32> {
        (0..SIDE * SIDE)
            .map(|i| ((i * (7 + seed) / 3 + i / SIDE * seed) % 255) as f32 / 127.5 - 1.0)
            .collect()
    };
    let prob = |seed: usize| {
        let outputs = model.run(&[Input::f32("image", &SHAPE, &picture(seed))]).expect("runs");
        outputs.first_f32().expect("one output").1.to_vec()
    };
    let alone: Vec<Vec<f32>> = (0..4).map(prob).collect();
    assert!(alone[0] != alone[1]);
    std::thread::scope(|scope| {
        let prob = &prob;
        let threads: Vec<_> =
            (0..4).map(|seed| scope.spawn(move || (0..20).map(|_| prob(seed)).collect::<Vec<_>>())).collect();
        for (thread, alone) in threads.into_iter().zip(&alone) {
            assert!(thread.join().expect("no panic").iter().all(|found| found == alone));
        }
    });
}

#[test]
fn outputs_outlive_the_next_run() {
    let model = emotion();
    let (dark, light) = (vec![-1.0; SIDE * SIDE], vec![1.0; SIDE * SIDE]);
    let first = model.run(&[Input::f32("image", &SHAPE, &dark)]).expect("runs");
    let before = first.f32("prob").expect("there").1.to_vec();
    let second = model.run(&[Input::f32("image", &SHAPE, &light)]).expect("runs");
    assert_eq!(first.f32("prob").expect("there").1, before);
    assert_ne!(second.f32("prob").expect("there").1, before);
}

#[test]
fn the_host_is_told_where_it_runs_and_no_such_gpu_falls_back_aloud() {
    let (here, told) = on("cpu", 1, installed());
    Model::load(&here, "emotion", "model.onnx", &Options::default()).expect("loads");
    let controls = told.controls.lock().expect("no panic").clone();
    assert_eq!(controls, [("running_on".to_owned(), "\"cpu\"".to_owned())]);

    // No machine has a hundred GPUs.
    let (here, told) = on("cuda:99", 1, installed());
    let model = Model::load(&here, "emotion", "model.onnx", &Options::default()).expect("loads all the same");
    assert_eq!(model.device(), "cpu");
    let log = told.log.lock().expect("no panic").clone();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].0, LogLevel::Warn);
    assert!(log[0].1.contains("runs on cpu, as cuda:99 cannot be used: "), "{log:?}");

    // Nobody asked for a GPU by name: that there is none is no warning.
    let (here, told) = on("auto", 1, installed());
    let model = Model::load(&here, "emotion", "model.onnx", &Options::default()).expect("loads");
    let log = told.log.lock().expect("no panic").clone();
    assert_eq!(
        (model.device(), log.iter().any(|(level, _)| *level > LogLevel::Info)),
        (if log.is_empty() { "cuda:0" } else { "cpu" }, false)
    );

    let (here, _) = on("tpu", 1, installed());
    let error = Model::load(&here, "emotion", "model.onnx", &Options::default()).expect_err("unknown");
    assert_eq!(error.message, "unknown device \"tpu\": expected cpu, cuda:N or auto");
}

#[test]
fn metadata_is_read_by_key() {
    let model = Model::load(&host(), "yolo11n", "model.onnx", &Options::default()).expect("installed");
    assert!(model.metadata("names").expect("has names").contains("79: 'toothbrush'"));
    assert_eq!(model.metadata("no such key"), None);
    let text = Model::load(&host(), "ppocrv6-small", "rec.onnx", &Options::threads(2)).expect("installed");
    assert_eq!(text.metadata("character").expect("has characters").lines().count(), 18708);
}

#[test]
fn warming_up_takes_any_type() {
    let movenet =
        Model::load(&host(), "movenet-thunder", "model.onnx", &Options::default()).expect("installed");
    movenet.warm_up(&[("image", &[1, 256, 256, 3])]).expect("integers");
    assert!(movenet.warm_up(&[("image", &[1, 64, 64, 3])]).is_err());
}

/// The sum of as many ones as it is told.
#[test]
fn a_run_that_needs_more_memory_than_there_is_says_so_and_the_next_one_runs() {
    let models = tempfile::tempdir().expect("a folder");
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/huge");
    symlink(installed().join("onnxruntime"), models.path().join("onnxruntime")).expect("linked");
    std::fs::create_dir(models.path().join("huge")).expect("made");
    symlink(reference, models.path().join("huge/current")).expect("linked");
    let (host, _) = on("cpu", 1, models.path().to_owned());
    let model = Model::load(&host, "huge", "model.onnx", &Options::default()).expect("loads");
    for ones in [1 << 44, i64::MAX / 8] {
        let error = model.run(&[Input::i64("shape", &[1], &[ones])]).expect_err("64 TiB or more");
        assert_eq!(error.kind, ErrorKind::OutOfMemory, "{error}");
    }
    let outputs = model.run(&[Input::i64("shape", &[1], &[100_000])]).expect("fits");
    assert_eq!(outputs.first_f32().expect("one output").1, [100_000.0]);
}

/// A number for each item, by way of 64 MiB for each: sixteen at once want 1 GiB.
#[test]
fn a_batch_that_does_not_fit_is_run_in_parts_and_gives_the_same() {
    let models = tempfile::tempdir().expect("a folder");
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/wide");
    symlink(installed().join("onnxruntime"), models.path().join("onnxruntime")).expect("linked");
    std::fs::create_dir(models.path().join("wide")).expect("made");
    symlink(reference, models.path().join("wide/current")).expect("linked");
    // Of this process alone: each test has its own. Too little for the pool, too, so that all comes by the allocator.
    let limit = Some(600 << 20);
    setrlimit(Resource::Data, Rlimit { current: limit, maximum: limit }).expect("limited");
    let (host, _) = on("cpu", 1, models.path().to_owned());
    let model = Model::load(&host, "wide", "model.onnx", &Options::default()).expect("loads");
    let items: Vec<f32> = (0..16).map(|item| item as f32).collect();
    let outputs = model.run(&[Input::f32("x", &[16, 1], &items)]).expect("in parts");
    assert_eq!(outputs.first_f32().expect("one output"), ([16, 1].as_slice(), items.as_slice()));
    let outputs = model.run(&[Input::f32("x", &[3, 1], &items[..3])]).expect("fewer");
    assert_eq!(outputs.first_f32().expect("one output").1, &items[..3]);
}

#[test]
fn what_runs_left_behind_goes_to_the_kernel_with_a_graph() {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").expect("of this process");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("told");
        line.split_whitespace().next().expect("a number").parse::<u64>().expect("kB") >> 10
    };
    // It brings the runtime itself.
    drop(emotion());
    let before = resident();
    let model = Model::load(&host(), "yolo11n", "model.onnx", &Options::default()).expect("installed");
    // So large that what a run takes outweighs the weights, of which the C library keeps some.
    let pixels = vec![0.5; 3 * 1280 * 1280];
    model.run(&[Input::f32("images", &[1, 3, 1280, 1280], &pixels)]).expect("runs");
    drop(pixels);
    let loaded = resident();
    drop(model);
    let after = resident();
    assert!(loaded > before + 90, "{before} MiB, then {loaded}");
    assert!(after - before < (loaded - before) / 3, "{before} MiB, then {loaded}, then {after}");
}
