"""A tiny graph of the contract of a YOLOv8x-pose export, for tests/loaders.rs: what it finds can be said without running it.

The input is averaged over the 20 x 20 cells of the coarsest stride (32 pixels). A red cell is a person with a score of 0.9,
any other nothing. Its box is 48 x 40 round the middle of the cell; keypoint k is k pixels right of and 2 k below the
box's top left corner, with a confidence of 0.9 where k is even and 0.2 where it is odd. The candidates of the finer strides
(the first 8000) are all zero. onnx 1.23:

    python tiny_model.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, STRIDE, CANDIDATES, KEYPOINTS = 640, 32, 8400, 17
WIDTH, HEIGHT = 48, 40
CELLS = SIDE // STRIDE

y, x = np.mgrid[:CELLS, :CELLS] * STRIDE + STRIDE / 2
middles = np.stack([x.ravel(), y.ravel(), np.ones(CELLS * CELLS)]).astype(np.float32)[None]
boxes = np.float32([[1, 0, 0], [0, 1, 0], [0, 0, WIDTH], [0, 0, HEIGHT]])
points = [[[1, 0, k - WIDTH / 2], [0, 1, 2 * k - HEIGHT / 2], [0, 0, 0.2 if k % 2 else 0.9]] for k in range(KEYPOINTS)]
constants = {"weights": np.float32([0.9, -0.9, 0]).reshape(1, 3, 1, 1), "middles": middles, "boxes": boxes,
             "points": np.float32(points).reshape(-1, 3), "zero": np.float32(0), "one": np.float32(1),
             "row": np.int64([1, 1, CELLS * CELLS]), "before": np.int64([0, 0, CANDIDATES - CELLS * CELLS, 0, 0, 0])}
nodes = [helper.make_node("AveragePool", ["images"], ["cells"], kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2),
         helper.make_node("Conv", ["cells", "weights"], ["raw"]),
         helper.make_node("Clip", ["raw", "zero", "one"], ["clipped"]),
         helper.make_node("Reshape", ["clipped", "row"], ["scores"]),
         helper.make_node("MatMul", ["boxes", "middles"], ["places"]),
         helper.make_node("MatMul", ["points", "middles"], ["skeletons"]),
         helper.make_node("Concat", ["places", "scores", "skeletons"], ["coarsest"], axis=1),
         helper.make_node("Pad", ["coarsest", "before"], ["output0"])]
graph = helper.make_graph(
    nodes, "tiny", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
    [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 5 + 3 * KEYPOINTS, CANDIDATES])],
    [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
helper.set_model_props(model, {"names": "{0: 'person'}", "task": "pose", "kpt_shape": "[17, 3]", "stride": str(STRIDE)})
onnx.checker.check_model(model, full_check=True)
folder = Path(__file__).parent / "yolov8x-pose"
folder.mkdir(exist_ok=True)
onnx.save(model, folder / "model.onnx")
