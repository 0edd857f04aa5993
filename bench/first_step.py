"""What a new process does up to its first trained step; `starts` takes its time from outside.

python -m bench.first_step            with the kernels, compiled first if need be
python -m bench.first_step python     at once, in Python, while the kernels are on their way
"""

from __future__ import annotations

import sys

from bench.demo_graphs import Training, bound, data, one_sample
from engine.compiled import KERNELS


def main(arguments: list[str]) -> None:
    """Take one step; print the loss before it."""
    KERNELS.begin()
    parts = bound(one_sample(), data())
    kernels = None if arguments else KERNELS.wait()
    assert arguments or kernels, "there are no kernels here"
    print(Training(*parts, kernels).step(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
