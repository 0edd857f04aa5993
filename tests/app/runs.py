"""Runs as the tests of their routes make, steer and watch them."""

import base64
import json
import time
from contextlib import contextmanager

import httpx
import numpy as np

NEURON = """\
x1, x2, y = data("moons", n=60, noise=0.1, seed=1)
w1, w2, b = param(0.1), param(-0.2), param(0)
o = tanh(x1*w1 + x2*w2 + b)
mse(o, y)"""
PLAIN = "x = 3\ny = x*x"  # no data: it goes down by itself
BLOBS = """\
x1, x2, y = data("blobs", n=60, seed=1)
mlp = MLP(2, [3, 3], activation=tanh, seed=1)
cross_entropy(mlp([x1, x2]), y)"""
SINE = """\
x, y = data("sine", n=50, seed=1)
mlp = MLP(1, [4, 1], activation=tanh, seed=1)
mse(mlp([x]), y)"""
SECONDS = 20  # until a test gives up waiting


class Steered:
    """A run, through the calls."""

    def __init__(self, client, source=NEURON, **asked):
        self.client = client
        made = client.post("/api/runs", json={"source": source, **asked})
        assert made.status_code == 200, made.text
        self.path = f"/api/runs/{made.json()['id']}"

    def tell(self, do, **more):
        """Return the answer to a command, whatever it is."""
        return self.client.post(f"{self.path}/commands", json={"do": do, **more})

    def do(self, do, **more):
        """Return the answer to a command that is obeyed."""
        answer = self.tell(do, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self, **query):
        answer = self.client.get(self.path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, until):
        """Return how the run is as soon as that is so."""
        deadline = time.monotonic() + SECONDS
        while not until(found := self.read()):
            assert time.monotonic() < deadline, found
            time.sleep(0.005)
        return found

    @contextmanager
    def watched(self, **query):
        """Give an iterator over the frames."""
        with self.client.stream("GET", f"{self.path}/frames", params=query) as response:
            assert response.status_code == 200, response.read()
            yield frames(response)


def frames(response):
    """Yield the frames of a stream."""
    event = None
    for line in response.iter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            assert event == "frame"
            yield json.loads(line.removeprefix("data: "), parse_constant=strict)


def strict(word):
    raise AssertionError(f"{word} is not JSON")


def until(frames, found):
    """Take frames until one is found; return all that they said, newest first."""
    deadline, said = time.monotonic() + SECONDS, {}
    for frame in frames:
        said |= frame
        if found(said):
            return said
        assert time.monotonic() < deadline, said
    raise AssertionError("the stream ended")


def unpacked(text, kind="<f4"):
    return np.frombuffer(base64.b64decode(text), kind)


def talking(address):
    return httpx.Client(base_url=address, timeout=SECONDS)
