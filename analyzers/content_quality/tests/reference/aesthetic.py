"""Writes tiny graphs of the contract that a CLIP image encoder and an aesthetic head have, for tests/aesthetic.rs, and
prints what they give for a picture whose centre square is half red, half blue.

onnx 1.23.2, onnxruntime 1.32.

    python aesthetic.py FOLDER > aesthetic.json
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

MEAN, DEVIATION = (np.array(v) for v in ([.48145466, .4578275, .40821073], [.26862954, .26130258, .27577711]))


def save(folder, name, nodes, weights, takes, gives):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [value(*takes)], [value(*gives)],
                              [numpy_helper.from_array(np.array(v, np.float32), k) for k, v in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = pathlib.Path(folder) / name / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return onnxruntime.InferenceSession(str(path))


def main(folder):
    encoder = save(folder, "clip-image-encoder", [
        helper.make_node("GlobalAveragePool", ["pixel_values"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"]),
        helper.make_node("MatMul", ["means", "mix"], ["image_embeds"]),
    ], {"mix": [[1, 0, 2, -1], [0, 3, 0, 1], [-1, 0, 1, 0]]},
        ("pixel_values", ["b", 3, 224, 224]), ("image_embeds", ["b", 4]))
    head = save(folder, "aesthetic-head", [helper.make_node("Gemm", ["embedding", "weights", "bias"], ["vote"])],
                {"weights": [[2], [-1], [.5], [1]], "bias": [5]}, ("embedding", ["b", 4]), ("vote", ["b", 1]))
    half_red_half_blue = (np.array([.5, 0, .5]) - MEAN) / DEVIATION
    picture = np.broadcast_to(half_red_half_blue.reshape(1, 3, 1, 1), (1, 3, 224, 224)).astype(np.float32)
    embedding = encoder.run(None, {"pixel_values": picture})[0]
    vote = head.run(None, {"embedding": embedding / np.linalg.norm(embedding)})[0][0, 0]
    print(json.dumps({"vote": float(vote), "aesthetic": float((vote - 1) / 9)}))


main(sys.argv[1])
