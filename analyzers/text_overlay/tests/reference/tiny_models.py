"""Tiny graphs of the contracts of EasyOCR's detector and recogniser, for tests/golden/loaders.rs: what they find can be
said without running them.

`craft-mlt-25k`: a red pixel is (the middle of) a letter, a blue one links letters. `english-g2`: each 16 pixels of a line
are one step; a bright one is an `A`, a dark one nothing. onnx 1.23:

    python tiny_models.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
CLASSES, LETTER_A = 97, 45


def save(name, nodes, given, taken, constants):
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(*given)], [helper.make_tensor_value_info(*taken)],
                              [numpy_helper.from_array(value, key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    (HERE / name).mkdir(exist_ok=True)
    onnx.save(model, HERE / name / "model.onnx")


def craft():
    # Normalised, the strongest red and blue are 2.25 and 2.64, the weakest -2.12 and -1.8.
    weights = np.zeros((2, 3, 1, 1), np.float32)
    weights[0, 0], weights[1, 2] = .4, .35
    nodes = [helper.make_node("AveragePool", ["image"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Conv", ["half", "weights"], ["raw"]),
             helper.make_node("Clip", ["raw", "zero", "one"], ["maps"]),
             helper.make_node("Transpose", ["maps"], ["score"], perm=[0, 2, 3, 1])]
    constants = {"weights": weights, "zero": np.float32(0), "one": np.float32(1)}
    save("craft-mlt-25k", nodes, ("image", TensorProto.FLOAT, ["b", 3, "h", "w"]),
         ("score", TensorProto.FLOAT, ["b", "h2", "w2", 2]), constants)


def english():
    weights, bias = np.zeros((CLASSES, 1, 1, 1), np.float32), np.full(CLASSES, -100, np.float32)
    weights[0], weights[LETTER_A] = -60, 60
    bias[0] = bias[LETTER_A] = 0
    nodes = [helper.make_node("AveragePool", ["image"], ["steps"], kernel_shape=[64, 16], strides=[64, 16]),
             helper.make_node("Conv", ["steps", "weights", "bias"], ["raw"]),
             helper.make_node("Squeeze", ["raw", "row"], ["classes"]),
             helper.make_node("Transpose", ["classes"], ["logits"], perm=[0, 2, 1])]
    save("english-g2", nodes, ("image", TensorProto.FLOAT, ["b", 1, 64, "w"]),
         ("logits", TensorProto.FLOAT, ["b", "t", CLASSES]), {"weights": weights, "bias": bias, "row": np.int64([2])})


craft()
english()
