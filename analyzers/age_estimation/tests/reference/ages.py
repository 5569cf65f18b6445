"""Age and gender of the faces that `face_detection/tests/reference/faces.json` has of CenterFace, as Python judges them: the
same frames, ONNX Runtime's own Python binding, Pillow for the crops.

    ages.py MODELS_FOLDER MEDIA_FOLDER > ages.json        needs onnxruntime, numpy, Pillow
"""
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[3] / "face_detection/tests/reference"))
from known_faces import judged, session, square, write

MODELS, MEDIA = (Path(folder) for folder in sys.argv[1:3])
NET = session(MODELS, "faceres")


def age_and_gender(rgb, box, points, scale):
    image = square(rgb, box, 1.2, 224)[None].astype(np.float32)
    gender, age = NET.run(["gender", "age"], {"image": image})
    return [round(float(np.arange(100) @ age[0]), 2), round(float(gender[0, 0]), 4)]


write(judged(MEDIA, age_and_gender))
