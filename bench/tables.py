"""Prints what was measured, as Markdown."""
import subprocess

from turns import CORES, median


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown make")
    ffmpeg = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split()[2]
    print(f"{CORES} cores ({model}), FFmpeg {ffmpeg}.")
    print("The clips: 50 s, 1080x1920, 30 frames a second, H.264 of 6 Mb/s, AAC.")
    print(flush=True)


def rounds(measured):
    cores = median(measured, lambda one: one.others)
    print(f"Medians of {len(measured)} rounds. Meanwhile other programs kept {cores:.1f} cores busy"
          + (": what is wall time here is worth little." if cores > 0.2 else "."))
    print(flush=True)


def limits(rows):
    words = {True: "ok", False: "**over**", None: ""}
    table(["what", "measured", "limit", ""], [[row.what, row.measured, row.limit, words[row.holds]] for row in rows])


def costs(measured):
    """Where the CPU seconds go: each part alone, and all of them in one job."""
    total = median(measured, lambda one: one.parts_s)

    def row(what, of, scaling="", analysing=""):
        seconds = median(measured, of)
        return [what, scaling, analysing, f"{seconds:.2f}", f"{seconds / total:.0%}"]

    rows = [row("decoding", lambda one: one.decode_s)]
    for name in measured[0].alone:
        scaling = median(measured, lambda one: one.scaling_s(name))
        analysing = median(measured, lambda one: one.alone[name].analyze_s)
        rows.append(row(name, lambda one: one.scaling_s(name) + one.alone[name].analyze_s, f"{scaling:.2f}",
                        f"{analysing:.2f}"))
    rows.append(row("**sum**", lambda one: one.parts_s))
    rows.append(row("one job of all, with the daemon", lambda one: one.together.cpu_s))
    rows.append(row("bare ffmpeg", lambda one: one.ffmpeg[1]))
    table(["CPU seconds, each part alone", "scaling", "analysing", "sum", "share"], rows)


def table(head, rows):
    for row in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(row) + " |")
