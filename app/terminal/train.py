"""`gradwalk train`: a program learns from its data, and what has become of it is drawn."""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from app.settings import Settings
from app.terminal.draw import chosen
from app.terminal.given import add_program, numbers, program, read, reason, write
from engine.compiled import KERNELS
from engine.computed import Computed
from engine.errors import GradwalkError
from engine.formats import Wanted
from engine.numerals import short
from engine.optimizers import OPTIMIZERS
from engine.regime import SCHEDULES, Regime
from engine.trace import RATE
from engine.training import Moment, Trainer

BROKEN = 1  # the exit code of a run that met a number that is not finite
COMPILING = 60.0  # seconds; the kernels are compiled once, at the very first start
TURNS = 200  # a progress bar is moved so often
MOST_PARAMETERS = 20  # that are printed


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words, "FILE")
    words.add_argument("--steps", type=counted, default=1_000, help="updates (%(default)s)")
    words.add_argument("--optimizer", choices=list(OPTIMIZERS), default="sgd")
    words.add_argument("--rate", type=float, default=RATE, help="learning rate (%(default)s)")
    words.add_argument("--batch", type=counted, help="samples an update (all)")
    words.add_argument("--split", type=float, default=0.0, help="share kept for testing (0)")
    words.add_argument("--schedule", choices=SCHEDULES, default="constant", help="of the rate")
    words.add_argument("--below", type=float, metavar="LOSS", help="stop below this loss")
    words.add_argument("--seed", type=int, default=0, help="of batches and split (%(default)s)")
    words.add_argument("-o", "--output", metavar="OUT", help="the picture (FILE-trained.svg)")
    words.add_argument("--no-picture", action="store_true", help="draw nothing")


def counted(text: str) -> int:
    """Read a number of something.

    Raises:
        argparse.ArgumentTypeError: not a whole number from 1.
    """
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Train a program, print what it has come to, draw it; return 1 if it broke on the way.

    Raises:
        StopError: the program is refused, or nothing in it can learn this way.
    """
    source = read(given.program)
    target = "" if given.no_picture else given.output or f"{source.name}-trained.svg"
    row = chosen(target) if target else None
    found = program(source, settings)
    kernels = KERNELS.wait(COMPILING)
    memory = int(settings.megabytes * 1e6)
    try:
        set_to = numbers(found, given.set)
        trainer = Trainer(found, set_to, _regime(given), given.seed, kernels, memory)
        before = trainer.at(0)
        _learn(trainer, given.steps)
    except GradwalkError as error:
        raise reason(error) from error
    after = trainer.at(trainer.step)
    print(_told(before, after))
    stopped = trainer.stopped
    if stopped:
        print(stopped.sentence)
    if row:
        work = Computed.of_program(found, {**set_to, **after.parameters})
        write(row.make(work, Wanted()), target)
        print(f"Drawn in {target}.")
    return BROKEN if stopped and stopped.kind == "trouble" else 0


def _regime(given: argparse.Namespace) -> Regime:
    return Regime(
        optimizer=given.optimizer,
        numbers={"rate": given.rate},
        batch=given.batch,
        split=given.split,
        schedule=given.schedule,
        horizon=given.steps,
        stop_below=given.below,
    )


def _learn(trainer: Trainer, steps: int) -> None:
    """Take updates, with a bar where there is a terminal; Ctrl-C ends it where it is."""
    at_once = max(steps // TURNS, 1)
    with tqdm(total=steps, unit="step", disable=None, file=sys.stderr, leave=False) as bar:
        try:
            while trainer.step < steps and not trainer.stopped:
                bar.update(trainer.advance(min(at_once, steps - trainer.step)))
                bar.set_postfix_str(f"loss {short(trainer.measure().loss)}", refresh=False)
        except KeyboardInterrupt:
            print(f"Stopped by hand after {trainer.step:,} steps.", file=sys.stderr)


def _told(before: Moment, after: Moment) -> str:
    """Return what a run has come to, in lines."""
    lines = [f"step {after.step:,}: loss {short(before.loss)} → {short(after.loss)}"]
    if after.test_loss is not None:
        lines[0] += f", over the test samples {short(after.test_loss)}"
    if after.accuracy is not None:
        lines[0] += f", accuracy {after.accuracy:.1%}"
    items = list(after.parameters.items())
    width = max(len(name) for name, _ in items[:MOST_PARAMETERS])
    lines += [f"  {name:<{width}}  {short(number, 6)}" for name, number in items[:MOST_PARAMETERS]]
    if len(items) > MOST_PARAMETERS:
        more = len(items) - MOST_PARAMETERS
        lines.append(f"  and {more} more; -o OUT.json has them all")
    return "\n".join(lines)
