"""Writes the graph `wide/model.onnx`: a number for each item, by way of 16 Mi of them. Needs the package onnx."""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

wide = numpy_helper.from_array(np.array([1, 16 << 20], np.int64), "wide")
axes = numpy_helper.from_array(np.array([1], np.int64), "axes")
spread = helper.make_node("Expand", ["x", "wide"], ["spread"])
largest = helper.make_node("ReduceMax", ["spread", "axes"], ["largest"], keepdims=1)
graph = helper.make_graph([spread, largest], "wide", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1])],
                          [helper.make_tensor_value_info("largest", TensorProto.FLOAT, ["n", 1])], [wide, axes])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
onnx.save(model, Path(__file__).with_suffix("") / "model.onnx")
