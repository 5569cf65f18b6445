"""Tiny graphs of the contracts of a YAMNet export, for tests/golden/yamnet.rs, and what they say of a recording.

`waveform/model.onnx`: `waveform` f32 [samples] -> `embeddings` f32 [patches, 1] and `scores` f32 [patches, 521]. What it
says follows from the power p of a patch (15600 samples, every 7680): "Silence" (494) 0.9 below 0.0005; "Speech" (0) 0.7
above; "Rain" (283) 0.95 above 0.1; "Inside, small room" (500) always 0.3. All else is 0.

`log_mel/model.onnx`: `patches` f32 [n, 96, 64] -> `scores`: sigmoids of a product of rank 4 with the mean over the frames,
random but for its seed. Its scores of a recording stand in `log_mel.json`, of patches that NumPy computed as
`tf.signal.stft` and `tf.signal.linear_to_mel_weight_matrix` define it.

`logits.onnx` and `other_classes.onnx` are refused: `patches` to their mean, for each of 521 and of 520 classes.

The class maps have these names, and others that AudioSet has not.

onnx 1.17.0, onnxruntime 1.32.0, numpy 2.4.6:

    python tiny_yamnet.py MEDIA_FOLDER
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "inference/tests/reference"))
from sidekit import sound  # noqa: E402

HERE = pathlib.Path(__file__).parent / "yamnet"
COUNT = 521
NAMES = {0: "Speech", 132: "Music", 283: "Rain", 494: "Silence", 500: '"Inside, small room"', 507: "Noise"}


def write(path, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, "tiny", inputs, outputs,
                              [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def write_with_classes(name, *graph):
    write(HERE / name / "model.onnx", *graph)
    rows = [f"{n},/m/{n},{NAMES.get(n, f'Other {n}')}" for n in range(COUNT)]
    (HERE / name / "yamnet_class_map.csv").write_text("\n".join(["index,mid,display_name", *rows]) + "\n")
    return HERE / name / "model.onnx"


def tensor(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def waveform():
    slope, bias, height = (np.zeros((1, COUNT), np.float32) for _ in range(3))
    for number, (a, b, h) in {494: (-1e5, 50, 0.9), 0: (1e5, -50, 0.7), 283: (1e3, -100, 0.95), 500: (0, 50, 0.3)}.items():
        slope[0, number], bias[0, number], height[0, number] = a, b, h
    nodes = [helper.make_node("Mul", ["waveform", "waveform"], ["squares"]),
             helper.make_node("Reshape", ["squares", "row"], ["line"]),
             helper.make_node("AveragePool", ["line"], ["powers"], kernel_shape=[15600], strides=[7680]),
             helper.make_node("Reshape", ["powers", "column"], ["embeddings"]),
             helper.make_node("MatMul", ["embeddings", "slope"], ["sloped"]),
             helper.make_node("Add", ["sloped", "bias"], ["raw"]),
             helper.make_node("Sigmoid", ["raw"], ["unit"]),
             helper.make_node("Mul", ["unit", "height"], ["scores"])]
    write_with_classes("waveform", nodes, [tensor("waveform", ["samples"])], [tensor("embeddings", ["p", 1]), tensor("scores", ["p", COUNT])],
          {"row": np.int64([1, 1, -1]), "column": np.int64([-1, 1]), "slope": slope, "bias": bias, "height": height})


def log_mel():
    random = np.random.default_rng(7)
    into, out = random.normal(size=(64, 4)).astype(np.float32) * 0.1, random.normal(size=(4, COUNT)).astype(np.float32)
    nodes = [helper.make_node("ReduceMean", ["patches"], ["mean"], axes=[1], keepdims=0),
             helper.make_node("MatMul", ["mean", "into"], ["few"]),
             helper.make_node("MatMul", ["few", "out"], ["raw"]),
             helper.make_node("Sigmoid", ["raw"], ["scores"])]
    return write_with_classes("log_mel", nodes, [tensor("patches", ["n", 96, 64])], [tensor("scores", ["n", COUNT])],
                 {"into": into, "out": out})


def mean(name, classes):
    nodes = [helper.make_node("ReduceMean", ["patches"], ["mean"], axes=[1, 2], keepdims=0),
             helper.make_node("Reshape", ["mean", "column"], ["means"]),
             helper.make_node("MatMul", ["means", "ones"], ["scores"])]
    write(HERE / name, nodes, [tensor("patches", ["n", 96, 64])], [tensor("scores", ["n", classes])],
          {"column": np.int64([-1, 1]), "ones": np.ones((1, classes), np.float32)})


def mel(hz):
    return 1127.0 * np.log1p(np.asarray(hz) / 700.0)


def weights():
    """Slopes over mel; the bin of 0 Hz has none."""
    bins = mel(np.linspace(0.0, 8000.0, 257)[1:])[:, None]
    edges = np.linspace(mel(125.0), mel(7500.0), 66)
    low, peak, high = edges[:-2], edges[1:-1], edges[2:]
    sides = np.minimum((bins - low) / (peak - low), (high - bins) / (high - peak))
    return np.vstack([np.zeros((1, 64)), np.maximum(sides, 0.0)])


def patches(samples):
    count = 1 + max(0, -(-(len(samples) - 15600) // 7680))
    samples = np.pad(samples.astype(np.float64), (0, 15600 + (count - 1) * 7680 - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    levels = np.log(np.abs(np.fft.rfft(frames * window, 512)) @ weights() + 0.001)
    return np.stack([levels[48 * n:48 * n + 96] for n in range(count)]).astype(np.float32)


def main(media):
    waveform()
    mean("logits.onnx", COUNT)
    mean("other_classes.onnx", COUNT - 1)
    session = onnxruntime.InferenceSession(log_mel(), providers=["CPUExecutionProvider"])
    scores = session.run(["scores"], {"patches": patches(sound(pathlib.Path(media) / "austen_0870.wav"))})[0]
    told = {"patches": len(scores), "scores": [[round(float(x), 5) for x in row[::40]] for row in scores]}
    (HERE / "log_mel.json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
