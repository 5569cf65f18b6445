"""Analyzers at work on a few threads. An analyzer sees its chunks in order, and one at a time; different ones run beside
each other, as OpenCV, NumPy and ONNX Runtime let go of the interpreter's lock."""
import collections
import threading
import time


class Schedule:
    """`analyzers` maps a name to a function of a chunk. At most `most` chunks are held at once."""

    def __init__(self, analyzers, threads, most):
        self.waiting = {name: collections.deque() for name in analyzers}
        self.analyzers = analyzers
        self.busy = set()
        self.room = most
        self.changed = threading.Condition()
        self.complete = False
        self.failure = None
        self.threads = [threading.Thread(target=self.work) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def add(self, chunk):
        """Waits where too much is held already."""
        with self.changed:
            self.changed.wait_for(lambda: self.room > 0 or self.failure)
            if self.failure:
                raise self.failure
            self.room -= 1
            held = Held(chunk, len(self.analyzers))
            for queue in self.waiting.values():
                queue.append(held)
            self.changed.notify_all()

    def finish(self):
        """Waits until all is done."""
        with self.changed:
            self.complete = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure

    def work(self):
        while held := self.take():
            name, chunk = held
            try:
                self.analyzers[name](chunk.pictures)
            except BaseException as failure:  # raised again by `add` and `finish`
                self.failure = failure
            with self.changed:
                self.busy.discard(name)
                chunk.readers -= 1
                self.room += chunk.readers == 0
                self.changed.notify_all()

    def take(self):
        """The oldest chunk of the idle analyzer that is the furthest behind; None at the end."""
        def ready():
            return [name for name, queue in self.waiting.items() if queue and name not in self.busy]

        def at_end():
            return self.failure or self.complete and not any(self.waiting.values())

        with self.changed:
            self.changed.wait_for(lambda: ready() or at_end())
            if self.failure or not ready():
                return None
            name = max(ready(), key=lambda name: len(self.waiting[name]))
            self.busy.add(name)
            return name, self.waiting[name].popleft()


class Held:
    def __init__(self, pictures, readers):
        self.pictures = pictures
        self.readers = readers


class Clock:
    """CPU seconds of this thread by analyzer."""

    def __init__(self):
        self.spent = collections.Counter()
        self.lock = threading.Lock()

    def timed(self, name, work, *arguments):
        begun = time.thread_time()
        try:
            return work(*arguments)
        finally:
            with self.lock:
                self.spent[name] += time.thread_time() - begun
