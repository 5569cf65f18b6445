"""What a pipeline of Pillow, onnxruntime, numpy and OpenCV finds in a real picture, for the golden test of the same
pipeline made of `va_inference`.

    pip install numpy==2.4.6 pillow==13.0.0 onnxruntime==1.32.0 opencv-python-headless==5.0.0.93
    python pipeline.py ~/.cache/va/models ~/.cache/va/media > pipeline.json
"""

import json
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime
from PIL import Image

MODELS, MEDIA = (pathlib.Path(argument) for argument in sys.argv[1:3])
picture = Image.open(MEDIA / "astronaut.png").convert("RGB").crop((0, 0, 512, 400))
inner = np.asarray(picture.resize((640, 500), Image.BILINEAR))
square = np.full((640, 640, 3), 114, np.uint8)
square[70:570] = inner
tensor = np.ascontiguousarray((square.astype(np.float32) / 255).transpose(2, 0, 1)[None])
session = onnxruntime.InferenceSession(MODELS / "yolo11n/current/model.onnx", providers=["CPUExecutionProvider"])
output = session.run(None, {"images": tensor})[0][0]
scores = output[4:]
classes, best = scores.argmax(0), scores.max(0)
kept = np.flatnonzero(best > 0.3)
x, y, w, h = output[:4, kept]
boxes = np.stack([x - w / 2, y - h / 2, w, h], 1)
chosen = cv2.dnn.NMSBoxesBatched(boxes.tolist(), best[kept].tolist(), classes[kept].tolist(), 0.3, 0.45)
found = []
for i in chosen:
    left, top, width, height = boxes[i]
    found.append(dict(
        class_=int(classes[kept[i]]),
        score=float(best[kept[i]]),
        rect=[float(left) / 1.25, float(top - 70) / 1.25, float(left + width) / 1.25, float(top + height - 70) / 1.25],
    ))
found.sort(key=lambda each: -each["score"])
print(json.dumps(found, separators=(",", ":")).replace("},{", "},\n{"))
