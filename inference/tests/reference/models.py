"""What Python's onnxruntime makes of the default models, for the golden test of `va_inference::onnx`.

    pip install numpy==2.4.6 pillow==13.0.0 onnxruntime==1.32.0
    python models.py ~/.cache/va/models ~/.cache/va/media > models.json

An input is either the pixels of a real picture (astronaut.png, picked without scaling) or a formula, so that the test
makes the very same numbers. Of each output up to 200 values are kept, evenly spread, with their mean and largest size.
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image

MODELS, MEDIA = (pathlib.Path(argument) for argument in sys.argv[1:3])
PICTURE = np.asarray(Image.open(MEDIA / "astronaut.png").convert("RGB"))
KEPT = 200


def picture(name, shape, layout="hwc", order="rgb", scale=1.0, shift=0.0, type="f32"):
    """Pixel (x, y) of an input of w by h is that at (x * 512 // w, y * 512 // h) of the picture. Leading dimensions
    count as further rows."""
    return dict(name=name, shape=shape, type=type, picture=dict(layout=layout, order=order, scale=scale, shift=shift))


def formula(name, shape, low, high, type="f32"):
    """Number i is low + (high - low) * frac(i * 2654435761 / 2**32)."""
    return dict(name=name, shape=shape, type=type, formula=dict(low=low, high=high))


def values(spec):
    shape = spec["shape"]
    if "formula" in spec:
        low, high = spec["formula"]["low"], spec["formula"]["high"]
        n = int(np.prod(shape, dtype=np.int64))
        part = (np.arange(n, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32)).astype(np.float64) / 2.0**32
        array = low + (high - low) * part
    else:
        how = spec["picture"]
        if how["layout"] == "chw":
            (rows, columns), channels = shape[-2:], shape[-3]
        else:
            rows, columns, channels = int(np.prod(shape[:-2])), shape[-2], shape[-1]
        y, x = np.arange(rows) * 512 // rows, np.arange(columns) * 512 // columns
        array = PICTURE[y][:, x].astype(np.float64)
        if how["order"] == "bgr":
            array = array[..., ::-1]
        array = array[..., :channels] * how["scale"] + how["shift"]
        if how["layout"] == "chw":
            array = array.transpose(2, 0, 1)
    kind = dict(f32=np.float32, u8=np.uint8, i32=np.int32, i64=np.int64)[spec["type"]]
    return np.ascontiguousarray(np.floor(array) if kind is not np.float32 else array).astype(kind).reshape(shape)


def whisper_step():
    layers = [f"{kind}_{layer}" for layer in range(6) for kind in ("k", "v")]
    heard = dict(k=[1, 8, 64, 1500], v=[1, 8, 1500, 64])
    return [
        formula("tokens", [1, 4], 50258, 50364, "i64"),
        *(formula(f"self_{of}", [1, 8, 0, 64], 0, 0) for of in layers),
        *(formula(f"cross_{of}", heard[of[0]], -1.0, 1.0) for of in layers),
    ]


U = 1 / 255
CASES = [
    ("yolo11n", "model.onnx", [picture("images", [1, 3, 320, 320], "chw", scale=U)]),
    ("ppocrv6-small", "det.onnx", [picture("x", [1, 3, 192, 320], "chw", "bgr", 4.36 * U, -2.0)]),
    ("ppocrv6-small", "rec.onnx", [picture("x", [1, 3, 48, 320], "chw", "bgr", 2 * U, -1.0)]),
    ("ppocrv6-small", "cls.onnx", [picture("x", [1, 3, 48, 192], "chw", "bgr", 2 * U, -1.0)]),
    ("deeplab-v3-voc", "model.onnx", [picture("image", [1, 257, 257, 3], scale=2 * U, shift=-1.0)]),
    ("u2netp", "model.onnx", [picture("input.1", [1, 3, 320, 320], "chw", scale=4.36 * U, shift=-2.0)]),
    ("selfie-segmenter", "model.onnx", [picture("image", [1, 256, 256, 3], scale=U)]),
    ("efficientnet-lite0", "model.onnx", [picture("image", [2, 224, 224, 3], scale=1 / 128, shift=-127 / 128)]),
    ("transnetv2", "model.onnx", [picture("frames", [1, 100, 27, 48, 3])]),
    ("movenet-thunder", "model.onnx", [picture("image", [1, 256, 256, 3], type="i32")]),
    ("centerface", "model.onnx", [picture("input.1", [1, 3, 256, 256], "chw")]),
    ("faceres", "model.onnx", [picture("image", [1, 224, 224, 3])]),
    ("face-landmarks-478", "model.onnx", [picture("image", [1, 256, 256, 3], scale=U)]),
    ("face-blendshapes", "model.onnx", [formula("points", [1, 146, 2], 0.0, 256.0)]),
    ("iris", "model.onnx", [picture("image", [1, 64, 64, 3], scale=U)]),
    ("coco-ssd", "model.onnx", [picture("image", [1, 240, 320, 3], type="u8")]),
    ("face-detector-short", "model.onnx", [picture("image", [1, 128, 128, 3], scale=2 * U, shift=-1.0)]),
    ("emotion", "model.onnx", [picture("image", [1, 64, 64, 1], scale=2 * U, shift=-1.0)]),
    ("ina-speech-music-noise", "model.onnx", [formula("mel", [3, 68, 21], -1.7, 1.7)]),
    ("ina-male-female", "model.onnx", [formula("mel", [3, 68, 24], -1.7, 1.7)]),
    ("silero-vad", "model.onnx", [
        formula("input", [1, 576], -0.5, 0.5),
        formula("state", [2, 1, 128], -0.1, 0.1),
        formula("sr", [], 16000, 16000, "i64"),
    ]),
    ("minilm-l6-v2", "model.onnx", [
        formula("input_ids", [1, 12], 1000, 20000, "i64"),
        formula("attention_mask", [1, 12], 1, 1, "i64"),
        formula("token_type_ids", [1, 12], 0, 0, "i64"),
    ]),
    ("whisper-base", "encoder.onnx", [formula("mel", [1, 80, 3000], -0.5, 1.0)]),
    # The first step has nothing to remember: a dimension of 0.
    ("whisper-base", "decoder.onnx", whisper_step()),
    ("whisper-base", "decoder.int8.onnx", whisper_step()),
]


def kept(array):
    flat = array.reshape(-1)
    at = [int(i) for i in np.linspace(0, flat.size - 1, min(KEPT, flat.size)).astype(np.int64)]
    return dict(
        shape=list(array.shape),
        at=at,
        values=[float(f"{flat[i]:.9g}") for i in at],
        mean=float(flat.mean(dtype=np.float64)),
        largest=float(np.abs(flat).max()),
    )


def case(model, file, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        MODELS / model / "current" / file, options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    outputs = session.run(names, {spec["name"]: values(spec) for spec in inputs})
    return dict(model=model, file=file, inputs=inputs, outputs={name: kept(out) for name, out in zip(names, outputs)})


def line(value):
    return json.dumps(value, separators=(",", ":"))


print("[\n" + ",\n".join(line(case(*each)) for each in CASES) + "\n]")
