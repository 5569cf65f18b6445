"""Tiny graphs of the contract of a YOLOv8x export, for tests/loaders.rs: what they find can be said without running them.

The input is averaged over the 20 x 20 cells of the coarsest stride (32 pixels). A red cell is a person, a blue one a car,
with a score of 0.9; any other cell is nothing. The box of a cell is 48 x 40 round its middle. The candidates of the finer
strides (the first 8000) are all zero.

`yolov8x` takes one picture, as Ultralytics exports by default, and names its classes; `yolov8x-batch4` takes four and
has no names. onnx 1.23:

    python tiny_models.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, STRIDE, CANDIDATES, CLASSES = 640, 32, 8400, 80
CELLS = SIDE // STRIDE
PERSON, CAR = 0, 2


def cell_middles():
    y, x = np.mgrid[:CELLS, :CELLS] * STRIDE + STRIDE / 2
    return np.stack([x.ravel(), y.ravel()])


def save(folder, batch, named):
    weights = np.zeros((CLASSES, 3, 1, 1), np.float32)
    weights[PERSON, :, 0, 0] = [0.9, -0.9, 0]
    weights[CAR, :, 0, 0] = [0, -0.9, 0.9]
    sizes = np.broadcast_to(np.float32([[48], [40]]), (2, CELLS * CELLS))
    boxes = np.concatenate([cell_middles(), sizes]).astype(np.float32)[None]
    constants = {"weights": weights, "boxes": boxes, "zero": np.float32(0), "one": np.float32(1),
                 "rows": np.int64([batch, CLASSES, CELLS * CELLS]), "all": np.int64([batch, 4, CELLS * CELLS]),
                 "before": np.int64([0, 0, CANDIDATES - CELLS * CELLS, 0, 0, 0])}
    nodes = [helper.make_node("AveragePool", ["images"], ["cells"], kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2),
             helper.make_node("Conv", ["cells", "weights"], ["raw"]),
             helper.make_node("Clip", ["raw", "zero", "one"], ["clipped"]),
             helper.make_node("Reshape", ["clipped", "rows"], ["scores"]),
             helper.make_node("Expand", ["boxes", "all"], ["places"]),
             helper.make_node("Concat", ["places", "scores"], ["coarsest"], axis=1),
             helper.make_node("Pad", ["coarsest", "before"], ["output0"])]
    graph = helper.make_graph(
        nodes, "tiny", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [batch, 4 + CLASSES, CANDIDATES])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if named:
        names = {i: {PERSON: "person", CAR: "car"}.get(i, f"class {i}") for i in range(CLASSES)}
        helper.set_model_props(model, {"names": str(names), "task": "detect", "stride": str(STRIDE)})
    onnx.checker.check_model(model, full_check=True)
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "model.onnx")


here = Path(__file__).parent
save(here / "yolov8x", 1, True)
save(here / "yolov8x-batch4", 4, False)
