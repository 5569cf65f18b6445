"""Reference values for tests/golden/sidekit.rs: the front end of inaSpeechSegmenter, by its own code (a part of SIDEKIT).

numpy 2.4.6, scipy 1.17.1; the sound is read with ffmpeg. PACKAGE is the unpacked wheel `inaSpeechSegmenter==0.6.8`, of
which `sidekit_mfcc.py` alone is loaded.

    python sidekit.py PACKAGE MEDIA_FOLDER > sidekit.json
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import types

import numpy as np

# Every 61st frame of a recording of 7.1 s.
FRAMES = range(0, 706, 61)


def front_end(package):
    """Written for an older numpy, and with a reader of files that is not needed here."""
    np.int = int
    sys.modules["soundfile"] = types.ModuleType("soundfile")
    spec = importlib.util.spec_from_file_location("mfcc", pathlib.Path(package) / "inaSpeechSegmenter/sidekit_mfcc.py")
    module = importlib.util.module_from_spec(spec)
    np.lib.pad = np.pad
    spec.loader.exec_module(module)
    return module.mfcc


def sound(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def main(package, media):
    _, energy, _, bands = front_end(package)(sound(pathlib.Path(media) / "austen_0870.wav"), get_mspec=True)
    frames = {str(frame): {"log_energy": round(float(energy[frame]), 5), "bands": [round(float(x), 5) for x in bands[frame]]}
              for frame in FRAMES}
    json.dump({"count": len(bands), "frames": frames}, sys.stdout)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
