"""A daemon of our own, and the jobs we give it."""
import http.client
import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


@dataclass
class Job:
    """Seconds are counted from the request."""
    started_s: float
    wall_s: float
    document: dict
    # CPU seconds of the analyze workers and of the daemon.
    analyze_s: float = 0.0
    daemon_s: float = 0.0

    @property
    def decode_s(self):
        """CPU seconds of the decode worker."""
        return self.document["metrics"]["decode_s"]

    @property
    def cpu_s(self):
        """All of it."""
        return self.decode_s + self.analyze_s + self.daemon_s

    def own_s(self, name):
        """CPU seconds of an analyzer's own thread."""
        return self.document["analyzers"][name]["timing"]["cpu_s"]

    @property
    def open_s(self):
        """Until the last analyzer's session was open."""
        return max(one["timing"]["queue_s"] for one in self.document["analyzers"].values())


@dataclass
class Daemon:
    programs: "pathlib.Path"
    folder: "pathlib.Path"
    arguments: list = field(default_factory=list)
    # The folder of models; without one those analyzers that can use a model do without.
    models: "pathlib.Path | None" = None
    # More variables of its environment.
    environment: dict = field(default_factory=dict)

    def __post_init__(self):
        self.socket = self.folder / "va.sock"
        self.log = self.folder / "daemon.log"

    def __enter__(self):
        """Starts it; `ready_s` is the time until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [self.programs / "va-daemon", "--state-dir", self.folder, "--socket", self.socket,
                   "--log-file", self.log, *self.arguments]
        models = self.models or self.folder / "no-models"
        environment = {**os.environ, **self.environment, "VA_MODELS_DIR": str(models)}
        begun = self.started_at = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, env=environment)
        while True:
            try:
                self.get("/v1/status")
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None or time.monotonic() > begun + 20:
                    raise SystemExit(f"bench: the daemon does not answer; its log:\n{self.last_words()}")
                time.sleep(0.001)
        self.ready_s = time.monotonic() - begun
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def last_words(self):
        return "\n".join(self.log.read_text().splitlines()[-20:]) if self.log.exists() else "(none)"

    def get(self, path):
        connection = Connection(self.socket)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"bench: GET {path} gave {answer.status}: {body.decode()}")
        return json.loads(body)

    def wait_until_loaded(self):
        """Until every analyzer is ready, or is known never to be."""
        limit = time.monotonic() + 60
        while not (known := self.get("/v1/analyzers")) or any(one["state"] == "loading" for one in known):
            if time.monotonic() > limit:
                raise SystemExit(f"bench: the analyzers do not load; the daemon's log:\n{self.last_words()}")
            time.sleep(0.02)
        if unusable := [one for one in known if one["state"] == "broken"]:
            raise SystemExit(f"bench: {unusable[0]['name']} cannot be used: {unusable[0]['reason']}")

    def workers(self):
        return [worker["pid"] for worker in self.get("/v1/status")["workers"] if worker["role"] == "analyze"]

    def analyze(self, clip, analyzers):
        """Runs a job to its end. A job in which anything fails is no measurement, and ends the program."""
        request = json.dumps({"path": str(clip), "analyzers": analyzers, "fresh": True})
        connection = Connection(self.socket)
        begun = time.monotonic()
        connection.request("POST", "/v1/jobs", request, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"bench: the job was refused: {answer.read().decode()}")
        started_s = last = None
        for line in answer:
            last = json.loads(line)
            if last["event"] == "started":
                started_s = time.monotonic() - begun
        wall_s = time.monotonic() - begun
        connection.close()
        if not last or last["event"] != "finished":
            raise SystemExit(f"bench: the job did not finish: {last}; the daemon's log:\n{self.last_words()}")
        document = self.get(f"/v1/jobs/{last['job']}/result")
        failed = [f"{name} is {one['status']}: {one['reason']}" for name, one in document["analyzers"].items()
                  if one["status"] not in ("ok", "degraded")]
        if document["error"] or failed:
            why = "; ".join([*filter(None, [document["error"]]), *failed])
            raise SystemExit(f"bench: not all went well: {why}; the daemon's log:\n{self.last_words()}")
        return Job(started_s, wall_s, document)
