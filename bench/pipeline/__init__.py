"""The visual job as one writes it in Python with ONNX Runtime, OpenCV and PyAV: what ours is compared with.

One decode, frames and detections shared, all cores busy; the same models and sampling as the analyzers' own.
"""
