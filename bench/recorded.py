"""What graphs an analyzer ran, in which shapes: as its worker writes it down (inference/src/onnx/record.rs)."""
import json
from dataclasses import dataclass


@dataclass
class Recorded:
    model: str
    file: str
    folder: "pathlib.Path"
    runs: list

    @property
    def cpu_s(self):
        """In the runtime, in the worker itself."""
        return sum(run["cpu_s"] for run in self.runs)


class Records:
    def __init__(self, folder):
        self.folder = folder
        self.read = {}

    def new(self):
        """The runs since the last call, by graph."""
        found = {}
        for path in sorted(self.folder.glob("*/*/*/runs.jsonl")):
            lines = path.read_text().splitlines()
            before, self.read[path] = self.read.get(path, 0), len(lines)
            if lines[before:]:
                model, file = path.parts[-3:-1]
                runs = [json.loads(line) for line in lines[before:]]
                # A graph that is loaded twice has the second time's runs in FILE.2.
                file = file if not file.rpartition(".")[2].isdigit() else file.rpartition(".")[0]
                found[str(path.parent)] = Recorded(model, file, path.parent, runs)
        return found
