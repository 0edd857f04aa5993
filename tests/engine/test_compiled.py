"""Loading the kernels: in the background, once, and without them everything still works."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import compiled, native
from engine.compiled import Loader
from engine.program import parse

SMALL = """
from numba import njit
{}
""".format(
    "\n".join(
        f'@njit("float64(float64)", cache=True)\ndef {name}(x):\n    return x + {place}.0\n'
        for place, name in enumerate(compiled.Kernels.__annotations__)
    )
)


@pytest.fixture
def small(monkeypatch):
    """Kernels of a few short functions, which compile in a second."""
    monkeypatch.setattr(compiled, "source", lambda: SMALL)


def test_a_first_start_compiles_elsewhere_and_the_next_only_loads(small, tmp_path, monkeypatch):
    first = Loader(tmp_path).wait()
    assert first.update(1.0) == 5.0
    assert first.forward_one.stats.cache_hits, "the child compiled, this process only loaded"
    monkeypatch.setattr(Loader, "_compile", lambda *_: pytest.fail("compiled again"))
    again = Loader(tmp_path).wait()
    assert again.survey(1.0) == 6.0
    assert len(list(tmp_path.glob("*.py"))) == 1


def test_other_rows_are_other_kernels(small, tmp_path, monkeypatch):
    Loader(tmp_path).wait()
    monkeypatch.setattr(compiled, "source", lambda: SMALL.replace("x + 4.0", "x + 40.0"))
    assert Loader(tmp_path).wait().update(1.0) == 41.0


def test_kernels_that_nobody_used_for_long_are_removed(small, tmp_path, monkeypatch):
    Loader(tmp_path).wait()
    (old,) = tmp_path.glob("*.done")
    monkeypatch.setattr(compiled, "source", lambda: SMALL.replace("x + 4.0", "x + 40.0"))
    Loader(tmp_path).wait()
    assert old.exists(), "another version's kernels stay for a while"
    os.utime(old, (0, 0))
    monkeypatch.setattr(compiled, "source", lambda: SMALL.replace("x + 4.0", "x + 44.0"))
    assert Loader(tmp_path).wait().update(1.0) == 45.0
    assert not list(tmp_path.rglob(f"{old.stem}*"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:40]),
        lambda file: file.unlink(),
    ],
    ids=["emptied", "cut off", "gone"],
)
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_damaged_cache_is_made_anew(small, tmp_path, caplog, damage, kind):
    Loader(tmp_path).wait()
    for file in tmp_path.rglob(f"*.{kind}"):
        damage(file)
    assert Loader(tmp_path).wait().update(1.0) == 5.0
    assert Loader(tmp_path).wait().update.stats.cache_hits
    assert not caplog.messages


def test_tidying_that_fails_costs_nothing(small, tmp_path, caplog):
    (tmp_path / "gradwalk_old.done").symlink_to(tmp_path / "gone")
    assert Loader(tmp_path).wait().update(1.0) == 5.0
    assert not caplog.messages


def test_without_a_thread_to_spare_python_answers(tmp_path, caplog, monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    loader = Loader(tmp_path)
    loader.begin()
    assert loader.wait() is None
    (line,) = caplog.messages
    assert "can't start new thread" in line


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_loads_for_itself(small, tmp_path):
    loader = Loader(tmp_path)
    gate = threading.Event()
    loader._load = lambda: gate.wait(60)  # its thread is busy when the fork comes
    loader.begin()
    del loader._load
    loader.after_fork()
    assert loader.wait().update(1.0) == 5.0
    gate.set()


def test_a_folder_that_cannot_be_written_costs_a_line_and_the_cache(small, tmp_path, caplog):
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    found = Loader(occupied).wait()
    assert found.update(1.0) == 5.0
    (line,) = caplog.messages
    assert "cannot be kept in" in line
    assert str(occupied) in line
    assert "every start compiles them anew" in line


def test_without_numba_python_answers_and_one_line_says_why(tmp_path, caplog, monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    loader = Loader(tmp_path)
    assert loader.wait() is None
    assert loader.ready() is None
    (line,) = caplog.messages
    assert "numba" in line
    assert "Python computes instead" in line
    monkeypatch.setattr(native, "KERNELS", loader)
    monkeypatch.setattr(native, "WORTH_IT", 0)
    program = parse("tanh(x*y)")
    values = native.forward(program.graph, program.leaves({"x": 2, "y": 0.5}))
    assert native.backward(program.graph, values)[0, 0] == pytest.approx(
        0.5 * (1 - values[-1] ** 2)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise RuntimeError('no compiler here')", "no compiler here"),
        ("import sys; sys.exit(3)", ""),
    ],
)
def test_a_compiler_that_fails_costs_one_line(tmp_path, caplog, monkeypatch, text, reason):
    monkeypatch.setattr(compiled, "source", lambda: text)
    assert Loader(tmp_path).wait() is None
    (line,) = caplog.messages
    assert reason in line
    assert "Python computes instead" in line


def test_a_switched_off_compiler_is_respected(tmp_path, caplog, monkeypatch):
    import numba

    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert Loader(tmp_path).wait() is None
    assert "NUMBA_DISABLE_JIT" in caplog.text


def test_nobody_waits_for_the_compiler(client, monkeypatch):
    gate = threading.Event()
    loader = Loader()
    monkeypatch.setattr(loader, "_loaded_or_compiled", lambda: gate.wait(60))
    monkeypatch.setattr(native, "KERNELS", loader)
    monkeypatch.setattr(native, "WORTH_IT", 0)
    began = time.monotonic()
    loader.begin()
    answer = client.post("/api/graph", json={"source": "x = 3\nx*x"}).json()
    assert time.monotonic() - began < 30, "it waited"
    assert loader.ready() is None
    assert answer["nodes"][-1]["value"] == 9
    gate.set()
    loader.wait()


def test_a_server_that_starts_calls_for_the_kernels(app, monkeypatch):
    called = []
    monkeypatch.setattr("app.main.KERNELS.begin", lambda: called.append(True))
    with TestClient(app):
        assert called == [True]


def test_the_child_goes_when_the_process_goes(tmp_path):
    endless = "import time\nopen(__file__ + '.begun', 'w').close()\ntime.sleep(600)"
    script = f"""
import time
from pathlib import Path
from engine import compiled
compiled.source = lambda: {endless!r}
folder = Path({str(tmp_path)!r})
loader = compiled.Loader(folder)
loader.begin()
while not list(folder.glob("*.begun")):
    time.sleep(0.02)
print(loader._child.pid)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    child = int(done.stdout)
    deadline = time.monotonic() + 20
    while _runs(child):
        assert time.monotonic() < deadline, "the compiling child outlived its parent"
        time.sleep(0.05)
    assert "Traceback" not in done.stderr


def _runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text().split()[2] == "Z")
