"""The expression of the faces that `face_detection/tests/reference/faces.json` has of CenterFace, as Python reads it: the
same frames, ONNX Runtime's own Python binding, Pillow for the crops.

    emotions.py MODELS_FOLDER MEDIA_FOLDER > emotions.json      needs onnxruntime, numpy, Pillow
"""
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[3] / "face_detection/tests/reference"))
from known_faces import judged, session, square, write

MODELS, MEDIA = (Path(folder) for folder in sys.argv[1:3])
NET = session(MODELS, "emotion")


def expression(rgb, box, points, scale):
    grey = square(rgb, box, 1.1, 64) @ np.array([0.299, 0.587, 0.114])
    image = (np.round(grey) / 127.5 - 1)[None, :, :, None].astype(np.float32)
    return [round(float(score), 4) for score in NET.run(["prob"], {"image": image})[0][0]]


write(judged(MEDIA, expression))
