"""Two tiny graphs with the structure of Wav2Vec2ForSequenceClassification and random weights, and what they say of a
recording, for tests/golden/networks.rs.

The structure is that of wav2vec 2.0 BASE (Baevski et al. 2020) with all its kernels and strides: seven convolutions with
GELU, a group norm after the first; projection with layer norm; convolutional position embedding; one transformer layer
(norm after); projector, mean over time, classifier. Only the widths are smaller.

`classes`: `input_values` f32 [batch, samples] -> `logits` f32 [batch, 4], as a torch or optimum export names them.
`dimensions`: `input_values` and `attention_mask` i64 [batch, samples] -> `hidden_states` f32 [batch, 16] (the mean over
time) and `logits` f32 [batch, 3], as the regression heads for arousal, dominance and valence give them: the mean first,
then dense, tanh, out. The mask says which samples are no padding; the mean is taken over all frames all the same, as only
masks of ones are put in.

`wav2vec2.json` has the logits of parts of a recording: the forward pass written down in NumPy, in double precision, with
the same weights, of samples by the rule of the feature extractor of Hugging Face's transformers: (x - mean(x)) /
sqrt(var(x) + 1e-7), or as they are (`raw`).

onnx 1.17.0, onnxruntime 1.32.0, numpy 2.2.6, and ffmpeg:

    python tiny_wav2vec2.py MEDIA_FOLDER
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent
KERNELS, STRIDES = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)
CHANNELS, WIDTH, HEADS, INNER, POSITION, GROUPS, PROJECTED = 8, 16, 2, 32, 16, 4, 8
EPSILON = 1e-5
CLASSES = ["neutral", "happy", "angry", "sad"]
DIMENSIONS = ["arousal", "dominance", "valence"]
CLIP = "austen_0870.wav"
# First and last sample of the parts.
PARTS = [(5000, 9000), (5000, 24000), (30000, 94001)]


def weights(labels, seed):
    random = np.random.default_rng(seed)

    def of(*shape, gain=1.0):
        inputs = np.prod(shape[1:]) if len(shape) == 3 else shape[0]
        return (random.normal(size=shape) * gain * math.sqrt(2.0 / inputs)).astype(np.float32)

    def small(*shape):
        return (random.normal(size=shape) * 0.1).astype(np.float32)

    w = {}
    for n, kernel in enumerate(KERNELS):
        w[f"conv{n}"] = of(CHANNELS, 1 if n == 0 else CHANNELS, kernel)
    w["gn.scale"], w["gn.bias"] = 1 + small(CHANNELS), small(CHANNELS)
    for name, size in (("feature_norm", CHANNELS), ("encoder_norm", WIDTH), ("attention_norm", WIDTH), ("final_norm", WIDTH)):
        w[f"{name}.scale"], w[f"{name}.bias"] = 1 + small(size), small(size)
    w["position"], w["position.bias"] = of(WIDTH, WIDTH // GROUPS, POSITION), small(WIDTH)
    sizes = {"project": (CHANNELS, WIDTH), "q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH),
             "o": (WIDTH, WIDTH), "inner": (WIDTH, INNER), "outer": (INNER, WIDTH)}
    head = (WIDTH, PROJECTED) if len(labels) == len(CLASSES) else (WIDTH, WIDTH)
    sizes |= {"projector": head, "classifier": (head[1], len(labels))}
    for name, shape in sizes.items():
        w[name], w[f"{name}.bias"] = of(*shape), small(shape[1])
    if labels == DIMENSIONS:
        # Most answers of a regression lie within 0 to 1.
        w["classifier"] *= np.float32(0.2)
        w["classifier.bias"] += np.float32(0.5)
    return w


class Graph:
    """Nodes in a row; each call names its output."""

    def __init__(self, w):
        self.nodes, self.constants = [], {key: value for key, value in w.items()}

    def op(self, kind, *inputs, name=None, **attributes):
        output = name or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, value, dtype):
        key = f"c{len(self.constants)}"
        self.constants[key] = np.asarray(value, dtype)
        return key

    def number(self, value):
        return self.constant(value, np.float32)

    def gelu(self, x):
        erf = self.op("Erf", self.op("Div", x, self.number(math.sqrt(2.0))))
        return self.op("Mul", self.op("Mul", x, self.op("Add", erf, self.number(1.0))), self.number(0.5))

    def dense(self, x, layer, **attributes):
        return self.op("Add", self.op("MatMul", x, layer), f"{layer}.bias", **attributes)

    def norm(self, x, name):
        return self.op("LayerNormalization", x, f"{name}.scale", f"{name}.bias", axis=-1, epsilon=EPSILON)

    def heads(self, x, order):
        shape = self.constant([0, 0, HEADS, WIDTH // HEADS], np.int64)
        return self.op("Transpose", self.op("Reshape", x, shape), perm=order)


def exported(w, labels):
    g = Graph(w)
    x = g.op("Unsqueeze", "input_values", g.constant([1], np.int64))
    for n, (kernel, stride) in enumerate(zip(KERNELS, STRIDES)):
        x = g.op("Conv", x, f"conv{n}", kernel_shape=[kernel], strides=[stride])
        if n == 0:
            x = g.op("InstanceNormalization", x, "gn.scale", "gn.bias", epsilon=EPSILON)
        x = g.gelu(x)
    x = g.dense(g.norm(g.op("Transpose", x, perm=[0, 2, 1]), "feature_norm"), "project")
    p = g.op("Conv", g.op("Transpose", x, perm=[0, 2, 1]), "position", "position.bias", kernel_shape=[POSITION],
             pads=[POSITION // 2] * 2, group=GROUPS)
    ends = [g.constant([value], np.int64) for value in (0, -1, 2)]
    p = g.gelu(g.op("Slice", p, *ends))
    x = g.norm(g.op("Add", x, g.op("Transpose", p, perm=[0, 2, 1])), "encoder_norm")
    q = g.op("Mul", g.dense(x, "q"), g.number((WIDTH // HEADS) ** -0.5))
    scores = g.op("MatMul", g.heads(q, [0, 2, 1, 3]), g.heads(g.dense(x, "k"), [0, 2, 3, 1]))
    mixed = g.op("MatMul", g.op("Softmax", scores, axis=-1), g.heads(g.dense(x, "v"), [0, 2, 1, 3]))
    flat = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.constant([0, 0, WIDTH], np.int64))
    x = g.norm(g.op("Add", x, g.dense(flat, "o")), "attention_norm")
    x = g.norm(g.op("Add", x, g.dense(g.gelu(g.dense(x, "inner")), "outer")), "final_norm")
    wave = helper.make_tensor_value_info("input_values", TensorProto.FLOAT, ["batch", "samples"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(labels)])
    if labels == CLASSES:
        pooled = g.op("ReduceMean", g.dense(x, "projector"), axes=[1], keepdims=0)
        g.dense(pooled, "classifier", name="logits")
        inputs, outputs = [wave], [logits]
    else:
        mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        kept = g.op("ReduceMean", mask, axes=[1], keepdims=1)
        pooled = g.op("Mul", g.op("ReduceMean", x, axes=[1], keepdims=0), kept, name="hidden_states")
        g.dense(g.op("Tanh", g.dense(pooled, "projector")), "classifier", name="logits")
        mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "samples"])
        hidden = helper.make_tensor_value_info("hidden_states", TensorProto.FLOAT, ["batch", WIDTH])
        inputs, outputs = [wave, mask], [hidden, logits]
    constants = [numpy_helper.from_array(value, key) for key, value in g.constants.items()]
    model = helper.make_model(helper.make_graph(g.nodes, "tiny", inputs, outputs, constants),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def gelu(x):
    return 0.5 * x * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))


def convolved(x, kernels, stride=1, groups=1):
    """x [channels, time], kernels [out, in / groups, width]."""
    width, out = kernels.shape[2], []
    for group in range(groups):
        own = x[group * kernels.shape[1]:(group + 1) * kernels.shape[1]]
        seen = np.lib.stride_tricks.sliding_window_view(own, width, axis=1)[:, ::stride]
        share = len(kernels) // groups
        out.append(np.einsum("itw,oiw->ot", seen, kernels[group * share:(group + 1) * share]))
    return np.concatenate(out)


def normed(x, w, name):
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + EPSILON)
    return (x - x.mean(axis=-1, keepdims=True)) / deviation * w[f"{name}.scale"] + w[f"{name}.bias"]


def forward(samples, w, labels):
    """samples [n] -> logits."""
    w = {key: value.astype(np.float64) for key, value in w.items()}

    def dense(x, name):
        return x @ w[name] + w[f"{name}.bias"]

    x = samples[None].astype(np.float64)
    for n, stride in enumerate(STRIDES):
        x = convolved(x, w[f"conv{n}"], stride)
        if n == 0:
            x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
            x = x * w["gn.scale"][:, None] + w["gn.bias"][:, None]
        x = gelu(x)
    x = dense(normed(x.T, w, "feature_norm"), "project")
    padded = np.pad(x.T, ((0, 0), (POSITION // 2, POSITION // 2)))
    place = convolved(padded, w["position"], groups=GROUPS)[:, :-1] + w["position.bias"][:, None]
    x = normed(x + gelu(place).T, w, "encoder_norm")
    q, k, v = (dense(x, name) for name in "qkv")
    size, mixed = WIDTH // HEADS, []
    for head in range(HEADS):
        own = slice(head * size, (head + 1) * size)
        scores = q[:, own] @ k[:, own].T / math.sqrt(size)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        mixed.append(scores / scores.sum(axis=1, keepdims=True) @ v[:, own])
    x = normed(x + dense(np.concatenate(mixed, axis=1), "o"), w, "attention_norm")
    x = normed(x + dense(gelu(dense(x, "inner")), "outer"), w, "final_norm")
    if labels == CLASSES:
        return dense(dense(x, "projector").mean(axis=0), "classifier")
    return dense(np.tanh(dense(x.mean(axis=0), "projector")), "classifier")


def extracted(samples):
    return ((samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)).astype(np.float32)


def sound(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a:0", "-f", "f32le", "-ar",
                          "16000", "-ac", "1", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def written(name, w, labels):
    folder = HERE / "wav2vec2" / name
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(exported(w, labels), folder / "model.onnx")
    config = {"architectures": ["Wav2Vec2ForSequenceClassification"], "model_type": "wav2vec2",
              "id2label": {str(n): label for n, label in enumerate(labels)},
              "label2id": {label: n for n, label in enumerate(labels)}}
    if labels == DIMENSIONS:
        config["problem_type"] = "regression"
    extractor = {"do_normalize": True, "feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1,
                 "padding_side": "right", "padding_value": 0.0, "return_attention_mask": labels == DIMENSIONS,
                 "sampling_rate": 16000}
    for file, content in (("config.json", config), ("preprocessor_config.json", extractor)):
        (folder / file).write_text(json.dumps(content, indent=2) + "\n")
    return onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])


def main(media):
    samples = sound(pathlib.Path(media) / CLIP)
    told = {"clip": CLIP, "parts": PARTS}
    for name, labels, seed in (("classes", CLASSES, 11), ("dimensions", DIMENSIONS, 12)):
        w = weights(labels, seed)
        session = written(name, w, labels)
        for rule, prepared in (("normalised", extracted), ("raw", lambda part: part)):
            rows = []
            for start, end in PARTS:
                part = prepared(samples[start:end])
                logits = forward(part, w, labels)
                inputs = {"input_values": part[None], "attention_mask": np.ones((1, len(part)), np.int64)}
                inputs = {port.name: inputs[port.name] for port in session.get_inputs()}
                graph = session.run(["logits"], inputs)[0][0]
                print(name, rule, np.round(logits, 4), "graph differs by", np.abs(graph - logits).max())
                rows.append([round(float(logit), 6) for logit in logits])
            told.setdefault(name, {})[rule] = rows
    (HERE / "wav2vec2.json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
