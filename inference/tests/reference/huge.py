"""Writes the graph `huge/model.onnx`: the sum of as many ones as it is told. Needs the package onnx."""
from pathlib import Path

import onnx
from onnx import TensorProto, helper

ones = helper.make_node("ConstantOfShape", ["shape"], ["ones"], value=helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0]))
total = helper.make_node("ReduceSum", ["ones"], ["sum"], keepdims=0)
graph = helper.make_graph([ones, total], "huge", [helper.make_tensor_value_info("shape", TensorProto.INT64, [1])],
                          [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.save(model, Path(__file__).with_suffix("") / "model.onnx")
