#!/usr/bin/env python3
"""Sound beside Python: the features of audio_analysis beside librosa, the network of audio_environment beside itself alone.

    audio.py --features FEATURES_TIME --environment ENVIRONMENT_TIME [--rounds N]

The two programs are the examples of these names of va-analyzer-audio-analysis and va-analyzer-audio-environment. The sound
is 50 s of music, speech and a crowd, put together from recordings: stereo of 44.1 kHz for ours, and for librosa at its own
rate of 22.05 kHz, mixed down beforehand. All of it on the same cores, in turns. A missed limit is marked, and is no failure.
Needs what bench/run.py needs; the first run installs librosa into the cache folder.
"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import clips
import comparison
import environment
import tables
from processes import measured
from recorded import Records

REQUIREMENTS = pathlib.Path(__file__).with_name("audio_requirements.txt")
RECORDINGS = ["808kick120bpm.mp3", "cafe_song.wav", "austen_0870.wav", "crowd.mp3"]
SECONDS = 50
# Rate, channels and kind: for ours, for librosa, for the network.
FORMS = [(44_100, 2, "wav"), (22_050, 1, "f32"), (16_000, 1, "f32")]
FEATURES_LIMIT = 0.3
INFERENCE_LIMIT = 1.1


def main():
    arguments = parse_arguments()
    models, python = clips.cache_dir() / "models", environment.python(REQUIREMENTS, "audio")
    # Made before anything is measured.
    environment.python()
    stereo, low, mono = (clips.recordings(RECORDINGS, SECONDS, *form) for form in FORMS)
    ours, theirs, listening, alone = [], [], [], []
    for number in range(arguments.rounds):
        print(f"bench: sound, round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
        ours.append(measured([arguments.features, stereo]))
        theirs.append(measured([python, pathlib.Path(__file__).with_name("librosa_time.py"), low]))
        listening.append(measured([arguments.environment, mono, models]))
        alone.append(pure_inference(arguments.environment, mono, models))
    rows = [
        against(f"features of {SECONDS} s of sound, wall: audio_analysis / librosa", ours, theirs, "wall_s", FEATURES_LIMIT),
        against("the same, CPU", ours, theirs, "cpu_s", FEATURES_LIMIT),
        against(f"CPU of audio_environment for {SECONDS} s / pure inference", listening, alone, "cpu_s", INFERENCE_LIMIT),
    ]
    tables.table(["sound", "measured", "limit", ""], rows)
    print()
    parts = {part: statistics.median(one["parts_s"][part] for one in theirs) for part in theirs[0]["parts_s"]}
    print("librosa: " + ", ".join(f"{part} {seconds:.2f} s" for part, seconds in parts.items()))
    print(f"audio_analysis: {json.dumps({**ours[-1]['summary'], 'beats': len(ours[-1]['summary']['beats'])})}")
    print(f"audio_environment: {json.dumps(listening[-1]['summary'])}")


def against(what, ours, theirs, key, limit):
    """Median of the rounds' ratios."""
    ratio = statistics.median(one[key] / other[key] for one, other in zip(ours, theirs))
    seconds = [statistics.median(one[key] for one in of) for of in (ours, theirs)]
    measured = f"{ratio:.3f} ({seconds[0]:.3f} s / {seconds[1]:.3f} s)"
    return [what, measured, f"<= {limit:.2f}", "ok" if ratio <= limit else "**over**"]


def pure_inference(program, samples, models):
    """The runs of one listening, once more in Python: the graph alone, in one thread."""
    with tempfile.TemporaryDirectory(prefix="va-bench-") as folder:
        measured([program, samples, models, 1], VA_RECORD_RUNS=folder)
        runs = [{**vars(one), "folder": str(one.folder)} for one in Records(pathlib.Path(folder)).new().values()]
        return {"cpu_s": min(comparison.replay(models, runs)[0] for _ in range(3))}


def parse_arguments():
    parser = argparse.ArgumentParser(description="Analysis of sound beside Python.")
    parser.add_argument("--features", type=pathlib.Path, required=True)
    parser.add_argument("--environment", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
