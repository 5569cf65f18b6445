//! Running a model, and the pure image, text and audio work round it, shared by analyzers.
//!
//! | module | what it does |
//! |---|---|
//! | [`onnx`] | loads and runs a model by ONNX Runtime |
//! | [`image`] | pixels into a model's input: resize, letterbox, crop, turn, normalise; colours |
//! | [`geometry`] | boxes, and the affine maps between a picture and a crop of it |
//! | [`detect`] | a detector's output into boxes: decoding, anchors, non-maximum suppression |
//! | [`track`] | boxes of one picture after another into tracks |
//! | [`text`] | text detection's map into boxes, text recognition's probabilities into characters; a sentence's sentiment |
//! | [`mask`] | masks: run lengths as COCO writes them, areas, sizes |
//! | [`findings`] | the words that several analyzers share: boxes, faces |
//! | [`audio`] | samples into spectra, levels and pitch; where speech is |
//!
//! Only [`onnx`] and [`detect::yolo::Network`] run anything; the rest is pure and works on borrowed buffers. Nothing here
//! starts a thread: several analyzers share a process and its cores. Nothing here knows of plugins or videos; an
//! analyzer's own method stays in the analyzer.

pub mod audio;
pub mod detect;
pub mod findings;
pub mod geometry;
pub mod image;
pub mod mask;
pub mod onnx;
pub mod text;
pub mod track;
