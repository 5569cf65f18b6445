"""Reference values for tests/golden.rs, by other people's implementations of the same definitions.

numpy 2.2.6, scikit-image 0.26.0 (CIELAB, HSV, CIEDE2000), scikit-learn 1.9.1 (KMeans), colour-science 0.4.7 (McCamy's
colour temperature, distance from the Planckian locus by Ohno 2013), matplotlib 3.11.2 (the xkcd names); frames are
read with ffmpeg 5.1.

    python colors.py MEDIA_FOLDER > colors.json
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import colour
import numpy as np
from matplotlib.colors import XKCD_COLORS
from skimage.color import deltaE_ciede2000, rgb2hsv, rgb2lab, rgb2xyz
from sklearn.cluster import KMeans

FRAMES = [("astronaut.png", 160, 160), ("chelsea.png", 160, 106), ("rocket.jpg", 160, 107), ("fruits.jpg", 160, 150),
          ("bigbuckbunny.mp4", 160, 90), ("obama_speech.mp4", 160, 120), ("wolfgang_langer.mp4", 160, 90)]


def first_frame(path, width, height):
    scale = f"scale={width}:{height}:flags=area:out_range=full,format=rgb24"
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-vf", scale,
                          "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(out, np.uint8).reshape(height, width, 3)


def measures(rgb):
    lab = rgb2lab(rgb).reshape(-1, 3)
    hsv = rgb2hsv(rgb).reshape(-1, 3)
    xyz = rgb2xyz(rgb).reshape(-1, 3).mean(axis=0)
    xy = colour.XYZ_to_xy(xyz)
    fit = KMeans(n_clusters=5, n_init=10, random_state=0).fit(lab)
    return {
        "brightness": lab[:, 0].mean() / 100,
        "contrast": 2 * lab[:, 0].std() / 100,
        "saturation": (hsv[:, 1] * hsv[:, 2]).sum() / hsv[:, 2].sum(),
        "mccamy_k": float(colour.temperature.xy_to_CCT_McCamy1992(xy)),
        "inertia_of_5": float(fit.inertia_),
    }


def names():
    source = (Path(__file__).parents[2] / "src/names.rs").read_text().split("mod tests")[0]
    table = re.findall(r'\("([a-z ]+)", 0x([0-9a-f]{6})\)', source)
    for name, value in table:
        assert XKCD_COLORS["xkcd:" + name] == "#" + value, name
    lab_of = lambda rgb: rgb2lab(np.asarray(rgb, float).reshape(-1, 1, 3) / 255)[:, 0]
    anchors = lab_of([[int(value[i:i + 2], 16) for i in (0, 2, 4)] for _, value in table])
    found = []
    for rgb in np.random.default_rng(1).integers(0, 256, (200, 3)):
        distances = deltaE_ciede2000(np.tile(lab_of(rgb), (len(anchors), 1)), anchors)
        near = np.sort(distances)[:2]
        if near[1] - near[0] > 0.05:  # a tie may go either way
            found.append({"rgb": rgb.tolist(), "name": table[int(distances.argmin())][0]})
    return found


def main(folder):
    frames = {name: measures(first_frame(f"{folder}/{name}", width, height)) for name, width, height in FRAMES}
    lab = [{"rgb": rgb.tolist(), "lab": rgb2lab(rgb.reshape(1, 1, 3) / 255.0)[0, 0].round(4).tolist()}
           for rgb in np.random.default_rng(2).integers(0, 256, (60, 3))]
    print(json.dumps({"frames": frames, "lab": lab, "names": names()}).replace("}, {", "},\n{"))


main(sys.argv[1])
