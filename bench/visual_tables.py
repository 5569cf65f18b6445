"""What was measured of the analyzers with models, as rows and tables."""
import re
import statistics

import clips
from checks import Row
from visual import ANALYZERS

MOST_MEMORY_MB = 2000
MOST_LOADING_S = 10
MOST_OF_INFERENCE = 1.10
MOST_OF_PYTHON = 0.75
# ffmpeg rounds the dissolves of a clip to whole frames.
ROUNDED_S = 0.12


def rows(measured):
    """What has a limit."""
    rounds = measured.rounds
    middle = lambda of: statistics.median(map(of, rounds))
    ratio = middle(lambda one: one.together.wall_s / one.python.wall_s)
    ours_s, python_s = middle(lambda one: one.together.wall_s), middle(lambda one: one.python.wall_s)
    found = [
        Row(f"warm job of the {len(ANALYZERS)} visual analyzers with models / the same in Python",
            f"{ratio:.2f} ({ours_s:.1f} s / {python_s:.1f} s)", f"<= {MOST_OF_PYTHON}", ratio <= MOST_OF_PYTHON),
        Row("peak memory of all processes in it", f"{measured.peak_mb:.0f} MB (Python {measured.python_peak_mb:.0f})",
            f"<= {MOST_MEMORY_MB} MB", measured.peak_mb <= MOST_MEMORY_MB),
        Row("start of the daemon until all models are loaded", f"{measured.load_s:.1f} s (Python "
            f"{measured.python_load_s:.1f})", f"<= {MOST_LOADING_S} s", measured.load_s <= MOST_LOADING_S)]
    for name in ANALYZERS:
        inference_s = middle(lambda one: one.inference_s[name])
        if inference_s:
            own_s = middle(lambda one: one.alone[name].own_s(name))
            ratio = middle(lambda one: one.alone[name].own_s(name) / one.inference_s[name])
            found.append(Row(f"CPU of {name} / pure inference", f"{ratio:.2f} ({own_s:.2f} s / {inference_s:.2f} s)",
                             f"<= {MOST_OF_INFERENCE:.2f}", ratio <= MOST_OF_INFERENCE))
    return found


def costs(measured):
    """Where the CPU seconds go, ours beside Python's."""
    middle = lambda of: statistics.median(map(of, measured.rounds))
    decode_s = middle(lambda one: min(job.decode_s for job in one.alone.values()))
    table = [["decoding", f"{decode_s:.2f}", "", "", "", "", ""]]
    for name in ANALYZERS:
        scaling_s = middle(lambda one: one.alone[name].decode_s) - decode_s
        own_s, inference_s = middle(lambda one: one.alone[name].own_s(name)), middle(lambda one: one.inference_s[name])
        in_python = middle(lambda one: one.python.cpu_s_by_analyzer.get(name, 0.0))
        idle_s, in_runtime_s = middle(lambda one: one.idle_inference_s[name]), measured.in_runtime_s[name]
        inference = [f"{in_runtime_s / own_s:.0%}", f"{inference_s:.2f}", f"{idle_s:.2f}"] if inference_s else [""] * 3
        table.append([name, f"{own_s:.2f}", f"{scaling_s:.2f}", *inference, f"{in_python:.2f}"])
    scaling = middle(lambda one: one.python.cpu_s_by_analyzer["decoding and scaling"])
    table.append(["decoding and scaling, Python", "", "", "", "", "", f"{scaling:.2f}"])
    table.append(["workers, beside their analyzers", f"{middle(workers_s):.2f}", "", "", "", "", ""])
    table.append(["**one job of all**", f"{middle(lambda one: one.together.cpu_s):.2f}", "", "", "", "",
                  f"{middle(lambda one: one.python.cpu_s):.2f}"])
    return [["CPU seconds", "ours, alone", "scaling for it", "in the runtime", "pure inference", "on idle cores", "in Python's job"], *table]


def workers_s(one):
    """CPU seconds of the workers in the job of all that no analyzer spent: frames, findings and messages coming and going."""
    return one.together.analyze_s - sum(one.together.own_s(name) for name in ANALYZERS)


def accuracy(measured):
    """What was found, of what was put into the clip."""
    cuts, dissolves = clips.changes(clips.PEOPLE_SCENES)
    ours = measured.found
    own_cuts = [one["timestamp"] for one in ours["cut_analysis"]["segments"]]
    captions = [text for *_, text, _ in clips.CAPTIONS]
    own_texts = [one["text"] for one in ours["text_overlay"]["segments"]]
    python = measured.python_found
    python_texts = [one["text"] for one in python["texts"]["lines"]]
    table = [["what was found", "in the clip", "ours", "Python"]]
    table.append(["changes of shot, and invented ones", str(len(cuts) + len(dissolves)),
                  hits(own_cuts, cuts, dissolves), hits(python["cuts"]["cuts"], cuts, dissolves)])
    table.append(["captions, read without a mistake", str(len(captions)), str(read(captions, own_texts)),
                  str(read(captions, python_texts))])
    # Both look at every tenth frame.
    frames = ours["object_detection"]["frames"]
    people = [one for segment in ours["object_detection"]["segments"] for one in segment["objects"]]
    faces = [one for segment in ours["face_detection"]["segments"] for one in segment["faces"]]
    python_people = [one for frame in python["people"]["objects"] for one in frame["objects"]]
    python_faces = [box for frame in python["faces"]["faces"] for box in frame["boxes"]]
    is_person = lambda one: one.get("object_class", one.get("class")) == "person"
    mean = lambda some: f"{len(some) / frames:.2f}"
    table.append(["people in a frame, mean", "", mean([*filter(is_person, people)]), mean([*filter(is_person, python_people)])])
    table.append(["faces in a frame, mean", "", mean(faces), mean(python_faces)])
    return table


def hits(found, cuts, dissolves):
    """Those that are there, and those that are not. Each dissolve before may shift a cut by a frame or two."""
    near = lambda time_s: any(abs(time_s - cut) < ROUNDED_S for cut in cuts) or any(
        abs(time_s - middle) <= clips.DISSOLVE_S / 2 + ROUNDED_S for middle in dissolves)
    right = sum(near(time_s) for time_s in found)
    return f"{right}, {len(found) - right}"


def read(captions, texts):
    bare = lambda text: re.sub(r"\s", "", text)
    known = {bare(text) for text in texts}
    return sum(bare(caption) in known for caption in captions)
