"""A tiny graph of the contract of a SegFormer export on ADE20K, for tests/golden/loaders.rs: what it finds can be said
without running it.

Each cell of 4 x 4 input pixels is a pixel of the output: red is a person (12), blue a car (20), all else wall (0). The
other classes never win. onnx 1.23:

    python tiny_model.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, CELL, CLASSES = 512, 4, 150
NAMES = {0: "wall", 12: "person, individual, someone", 20: "car, auto"}

weights = np.zeros((CLASSES, 3, 1, 1), np.float32)
bias = np.full(CLASSES, -100, np.float32)
bias[[0, 12, 20]] = 0, -10, -10
# Of pixels as ImageNet's: grey is about (0, 0, 0), pure colours are about 2 in their own channel and -2 in the others.
weights[12, :, 0, 0] = [5, -5, 0]
weights[20, :, 0, 0] = [-5, 0, 5]
nodes = [helper.make_node("AveragePool", ["pixel_values"], ["cells"], kernel_shape=[CELL] * 2, strides=[CELL] * 2),
         helper.make_node("Conv", ["cells", "weights", "bias"], ["logits"])]
graph = helper.make_graph(
    nodes, "tiny", [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["b", 3, SIDE, SIDE])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", CLASSES, SIDE // CELL, SIDE // CELL])],
    [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model, full_check=True)
folder = Path(__file__).parent / "segformer"
folder.mkdir(exist_ok=True)
onnx.save(model, folder / "model.onnx")
(folder / "labels.txt").write_text("".join(NAMES.get(i, f"class {i}") + "\n" for i in range(CLASSES)))
