"""What Pillow, OpenCV and numpy make of a picture of a formula, for the golden tests of `va_inference::image`.

    pip install numpy==2.4.6 pillow==13.0.0 opencv-python-headless==5.0.0.93
    python pictures.py > pictures.json

Pictures are bytes, red, green, blue, as hexadecimal text. Two kinds: `soft` (waves, as most of a photo) and `hard`
(8-pixel squares and steps, the worst case for rounding).
"""

import json

import cv2
import numpy as np
from PIL import Image


def soft(w, h):
    y, x, c = np.mgrid[0:h, 0:w, 0:3].astype(np.float64)
    return np.floor(127.5 + 60 * np.sin(x / 7 + c) + 60 * np.cos(y / 5 - c * x / 40)).astype(np.uint8)


def hard(w, h):
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    return ((x * 3 + y * 5 * (c + 1) + (x // 8 + y // 8) % 2 * 90) % 256).astype(np.uint8)


def case(kind, what, w, h, out, **more):
    assert out.dtype == np.uint8, out.dtype
    return dict(kind=kind, what=what, width=w, height=h, out_width=out.shape[1], out_height=out.shape[0],
                out=out.tobytes().hex(), **more)


def resized(kind, picture, w, h, to):
    image = picture(w, h)
    yield case(kind, "pillow_bilinear", w, h, np.asarray(Image.fromarray(image).resize(to, Image.BILINEAR)))
    yield case(kind, "opencv_linear", w, h, cv2.resize(image, to, interpolation=cv2.INTER_LINEAR))
    if w % to[0] == 0 and h % to[1] == 0:
        yield case(kind, "opencv_area", w, h, cv2.resize(image, to, interpolation=cv2.INTER_AREA))


def warped(kind, picture, w, h, angle, scale, to):
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), angle, scale)
    matrix[:, 2] += np.array(to) / 2 - np.array([w, h]) / 2
    out = cv2.warpAffine(picture(w, h), matrix, to, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return case(kind, "opencv_warp", w, h, out, matrix=matrix.tolist())


def letterboxed(w, h, side):
    """As Ultralytics prepares a picture, but for OpenCV's resize: that of Pillow."""
    scale = min(side / w, side / h)
    size = round(w * scale), round(h * scale)
    left, top = round((side - size[0]) / 2 - 0.1), round((side - size[1]) / 2 - 0.1)
    out = np.full((side, side, 3), 114, np.uint8)
    inner = np.asarray(Image.fromarray(soft(w, h)).resize(size, Image.BILINEAR))
    out[top:top + size[1], left:left + size[0]] = inner
    return case("soft", "letterbox", w, h, out)


def normalised(name, mean, deviation, order, layout):
    image = soft(6, 4).astype(np.float32)
    image = image[..., ::-1] if order == "bgr" else image
    out = (image / np.float32(255) - np.float32(mean)) / np.float32(deviation)
    out = out.transpose(2, 0, 1) if layout == "chw" else out
    return dict(name=name, out=[float(f"{v:.9g}") for v in np.ascontiguousarray(out).reshape(-1)])


IMAGENET = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
cases = []
for kind, picture in (("soft", soft), ("hard", hard)):
    for (w, h), to in (((97, 61), (40, 25)), ((96, 60), (32, 20)), ((20, 13), (48, 31)), ((64, 40), (24, 40))):
        cases += resized(kind, picture, w, h, to)
    cases.append(warped(kind, picture, 60, 44, 17.0, 0.8, (32, 32)))
    cases.append(warped(kind, picture, 30, 22, -101.0, 1.7, (32, 24)))
cases += [letterboxed(80, 45, 64), letterboxed(33, 47, 64)]
print(json.dumps(dict(
    cases=cases,
    normalised=[
        normalised("imagenet_rgb_chw", *IMAGENET, "rgb", "chw"),
        normalised("imagenet_bgr_chw", *IMAGENET, "bgr", "chw"),
        normalised("signed_rgb_hwc", [0.5] * 3, [0.5] * 3, "rgb", "hwc"),
    ],
), separators=(",", ":")).replace('},{', '},\n{'))
