"""A tiny graph with the input and output of InsightFace's genderage.onnx, to test the loader of the real one, which only its
user can install.

    tiny_genderage.py OUT.onnx        needs onnx

It sees a woman in red, a man in green, and a year of age in every 2.55 levels of blue: the mean of each channel.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

face = helper.make_tensor_value_info("data", TensorProto.FLOAT, ["b", 3, 96, 96])
out = helper.make_tensor_value_info("fc1", TensorProto.FLOAT, ["b", 3])
scale = numpy_helper.from_array(np.array([[0.02, 0.02, 1 / 255]], np.float32), "scale")
nodes = [
    helper.make_node("ReduceMean", ["data"], ["means"], axes=[2, 3], keepdims=0),
    helper.make_node("Mul", ["means", "scale"], ["fc1"]),
]
graph = helper.make_graph(nodes, "tiny_genderage", [face], [out], [scale])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
