"""The kernels, compiled: in the background, once, and kept in the user's cache folder.

Compiling takes some seconds, and happens in a process of its own, so that a server that has just
started answers as ever, from Python. Later starts load what is kept, within a second. Where nothing
can be kept or numba does not load, one line in the log says so and Python goes on answering.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from engine.kernels import source

log = logging.getLogger("gradwalk")

# What the child runs: importing the file compiles it, and numba keeps the result beside it.
_COMPILE = """
import importlib, os, sys
if hasattr(os, "nice"):
    os.nice(10)
sys.path.insert(0, sys.argv[1])
importlib.import_module(sys.argv[2])
"""

# Kernels of rows that nobody starts any more; long enough for two versions used side by side.
UNUSED_SECONDS = 90 * 24 * 3600.0


@dataclass(frozen=True)
class Kernels:
    """The functions of the generated module; `kernels` has their text."""

    forward_one: Callable[..., None]
    forward_lanes: Callable[..., float]
    backward_lanes: Callable[..., None]
    backward_one: Callable[..., None]
    update: Callable[..., None]
    survey: Callable[..., Any]
    hand_down: Callable[..., None]
    descend: Callable[..., tuple[int, int]]

    @cached_property
    def passes(self) -> NDArray[np.int64]:
        """Return where the machine code is that `descend` calls."""
        called = (
            self.forward_one,
            self.forward_lanes,
            self.backward_lanes,
            self.backward_one,
            self.update,
        )
        return np.array([_address(function) for function in called], np.int64)


def _address(function: Any) -> int:
    """Return where the code of a compiled function of one signature is."""
    (compiled,) = function.overloads.values()
    address: int = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
    return address


class Loader:
    """Brings the kernels in, without anybody waiting who does not want to."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder` for what is kept; one in the user's cache folder when None."""
        self._folder = folder
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[str] | None = None
        self._found: Kernels | None = None

    def begin(self) -> None:
        """Start to load, or to compile, in the background, once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="kernels", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError as error:  # no threads left, or the interpreter is ending
                    self._give_up(error)
                    return
                atexit.register(self._stop)

    def ready(self) -> Kernels | None:
        """Return the kernels, or None while they are not there."""
        return self._found

    def wait(self, seconds: float | None = None) -> Kernels | None:
        """Return the kernels when they are there; None if they never will be, or not in time."""
        self.begin()
        if self._thread is not None and self._thread.ident is not None:  # it did start
            self._thread.join(seconds)
        return self._found

    def after_fork(self) -> None:
        """Begin anew in a forked child: the thread that was loading did not come along."""
        self._lock = threading.Lock()
        if self._found is None:
            self._thread = self._child = None

    def _load(self) -> None:
        try:
            self._found = self._loaded_or_compiled()
        except Exception as error:  # noqa: BLE001  whatever numba meets, Python can answer
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        message = "Native kernels are not to be had (%s). Python computes instead, only slower."
        log.warning(message, _first_line(error))

    def _loaded_or_compiled(self) -> Kernels:
        text = source()
        file = self._kept(f"{_name(text)}.py", text)
        done = file.with_suffix(".done")
        if not (done.exists() and any(_beside(file))):
            self._compile(file)
        try:
            module = _imported(file)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # numba's cache is damaged
            for each in _beside(file):
                each.unlink(missing_ok=True)
            self._compile(file)
            module = _imported(file)
        with suppress(OSError):  # another start may be tidying too
            done.touch()
            _tidy(file.parent)
        return Kernels(**{each.name: getattr(module, each.name) for each in fields(Kernels)})

    def _kept(self, name: str, text: str) -> Path:
        """Return the file with this text: where the last start left it, or a new one."""
        folder = self._folder or platformdirs.user_cache_path("gradwalk", appauthor=False)
        try:
            return _written(folder / name, text)
        except OSError as error:
            lost = tempfile.mkdtemp(prefix="gradwalk-")
            message = "Native kernels cannot be kept in %s (%s); every start compiles them anew."
            log.warning(message, folder, _first_line(error))
        atexit.register(shutil.rmtree, lost, ignore_errors=True)
        return _written(Path(lost, name), text)

    def _compile(self, file: Path) -> None:
        """Compile in a process of its own, which does not hold this one's interpreter."""
        command = [sys.executable, "-c", _COMPILE, str(file.parent), file.stem]
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with subprocess.Popen(  # noqa: S603  this Python, on our own text
            command,
            env=known,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal ends the server, which ends the child
        ) as self._child:
            _, said = self._child.communicate()
        if self._child.returncode:
            raise RuntimeError(said.strip().splitlines()[-1] if said.strip() else "it was stopped")

    def _stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()


def _name(text: str) -> str:
    """Return a module name that tells rows, compiler and processor apart."""
    import llvmlite.binding as llvm  # late, as numba itself: the two take a third of a second
    import numba

    if getattr(numba.config, "DISABLE_JIT", 0):
        raise RuntimeError("NUMBA_DISABLE_JIT is set")
    parts = (text, numba.__version__, llvm.get_host_cpu_name(), sys.implementation.cache_tag)
    return f"gradwalk_{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"


def _written(file: Path, text: str) -> Path:
    """Write a file whole or not at all, in a folder where numba can keep something too."""
    beside = file.parent / "__pycache__"
    beside.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=beside).close()
    if not (file.is_file() and file.read_text("utf-8") == text):
        whole = file.with_suffix(f".{os.getpid()}")
        whole.write_text(text, "utf-8")
        whole.replace(file)
    return file


def _beside(file: Path) -> Iterator[Path]:
    """Yield what numba keeps of a module."""
    return (file.parent / "__pycache__").glob(f"{file.stem}.*.nb?")


def _tidy(folder: Path) -> None:
    """Remove kernels of other versions that no start has asked for in a long time."""
    oldest = time.time() - UNUSED_SECONDS
    for done in folder.glob("gradwalk_*.done"):
        if done.stat().st_mtime < oldest:
            for each in (done, *folder.rglob(f"{done.stem}.*")):
                each.unlink(missing_ok=True)


def _imported(file: Path) -> ModuleType:
    """Import a file under its own name, where numba looks for what it reads from its cache."""
    loader = SourceFileLoader(file.stem, str(file))
    module = ModuleType(file.stem)
    module.__file__ = str(file)
    sys.modules[file.stem] = module
    loader.exec_module(module)
    return module


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


KERNELS = Loader()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=KERNELS.after_fork)
