"""Programs that measure themselves, and what the kernel says of processes: CPU seconds, memory, descendants. Linux only."""
import json
import os
import pathlib
import subprocess
import sys
import threading

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def measured(command, **variables):
    """The JSON of the last line that a program prints, with these variables in its environment."""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **variables})
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def stat(pid):
    """The fields of /proc/PID/stat after the name, from the third on; None where the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def cpu_ticks(pid):
    """User and system time of a process and all its threads, also of those that ended."""
    fields = stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def cpu_s(pids):
    return sum(cpu_ticks(pid) for pid in pids) / TICKS_PER_S


def busy_s():
    """Seconds that the machine's cores have worked, for whomever; also those that its host kept for others."""
    with open("/proc/stat") as lines:
        user, nice, system, _idle, _waiting, irq, softirq, stolen = map(int, lines.readline().split()[1:9])
    return (user + nice + system + irq + softirq + stolen) / TICKS_PER_S


def wake_ups(pid):
    """How often the threads of a process gave up a core to wait, so far."""
    count = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                count += int(line.split()[1])
    return count


def family(roots):
    """The processes and all their descendants."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := stat(entry)):
            parents[int(entry)] = int(fields[1])
    members = set(roots)
    while found := {pid for pid, parent in parents.items() if parent in members} - members:
        members |= found
    return members


def memory_mb(pid):
    """The proportional set size: what processes share is counted once, in parts."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    kib = next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return kib * 1024 / 1e6


class MemoryWatch:
    """The peak of the memory of some processes and their descendants together, looked at twenty times a second."""

    def __init__(self, roots):
        self.roots = roots
        self.peak_mb = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.ended.wait(0.05):
            self.peak_mb = max(self.peak_mb, sum(memory_mb(pid) for pid in family(self.roots)))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
