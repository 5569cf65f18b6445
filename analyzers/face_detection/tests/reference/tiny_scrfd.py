"""A tiny graph with SCRFD's inputs and outputs, to test the loader of the real one, which only its user can install.

    tiny_scrfd.py OUT.onnx        needs onnx

Where the picture is white, the first anchor of a cell of 8 pixels sees a face of 2 strides to each side; no other does.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, constants, outputs = [], [], []


def constant(name, values, kind=np.float32):
    constants.append(numpy_helper.from_array(np.array(values, kind), name))
    return name


def node(kind, inputs, output, **attributes):
    nodes.append(helper.make_node(kind, inputs, [output], **attributes))
    return output


constant("first", [0], np.int64), constant("second", [1], np.int64), constant("channel", [1], np.int64)
constant("column", [-1, 1], np.int64), constant("none", 0.0)
red = node("Slice", ["input.1", "first", "second", "channel"], "red")
for stride in (8, 16, 32):
    mean = node("AveragePool", [red], f"mean_{stride}", kernel_shape=[stride, stride], strides=[stride, stride])
    cells = node("Reshape", [mean, "column"], f"cells_{stride}")
    seen = node("Mul", [cells, constant(f"seen_{stride}", 0.9 if stride == 8 else 0.0)], f"seen_by_first_{stride}")
    unseen = node("Mul", [cells, "none"], f"seen_by_second_{stride}")
    both = node("Concat", [seen, unseen], f"both_{stride}", axis=1)
    score = node("Reshape", [both, "column"], f"score_{stride}")
    nothing = node("Mul", [score, "none"], f"nothing_{stride}")
    node("Add", [nothing, constant(f"distances_{stride}", [[2.0, 2.0, 2.0, 2.0]])], f"bbox_{stride}")
    points = [[-1.0, -0.5, 1.0, -0.5, 0.0, 0.25, -0.75, 1.0, 0.75, 1.0]]
    node("Add", [nothing, constant(f"points_{stride}", points)], f"kps_{stride}")

for kind, numbers in (("score", 1), ("bbox", 4), ("kps", 10)):
    for stride in (8, 16, 32):
        outputs.append(helper.make_tensor_value_info(f"{kind}_{stride}", TensorProto.FLOAT, [f"n{stride}", numbers]))
image = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, "h", "w"])
graph = helper.make_graph(nodes, "tiny_scrfd", [image], outputs, constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
