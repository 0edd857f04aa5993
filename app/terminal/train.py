"""`gradwalk train`: a program learns from its data, and what has become of it is drawn."""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from app.settings import Settings
from app.terminal.draw import chosen
from app.terminal.given import add_program, finite, name, numbers, program
from app.terminal.streams import StopError, check_target, complain, say, write
from engine.compiled import KERNELS
from engine.computed import Computed
from engine.errors import GradwalkError
from engine.formats import Format, Wanted
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
    add_program(words)
    words.add_argument("--steps", type=counted, default=1_000, help="updates (%(default)s)")
    words.add_argument("--optimizer", choices=list(OPTIMIZERS), default="sgd")
    words.add_argument("--rate", type=finite, default=RATE, help="learning rate (%(default)s)")
    words.add_argument("--batch", type=counted, help="samples an update (all)")
    words.add_argument("--split", type=finite, default=0.0, help="share kept for testing (0)")
    words.add_argument("--schedule", choices=SCHEDULES, default="constant", help="of the rate")
    words.add_argument("--below", type=finite, metavar="LOSS", help="stop below this loss")
    words.add_argument("--seed", type=int, default=0, help="of batches and split (%(default)s)")
    end = words.add_mutually_exclusive_group()
    end.add_argument("-o", "--output", metavar="OUT", help="the picture (PROGRAM-trained.svg)")
    end.add_argument("--no-picture", action="store_true", help="draw nothing")


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
    target, row = _target(given)
    found = program(given, settings)
    set_to = numbers(given.set, found.input_named, found.settable.keys() - found.input_named)
    kernels = KERNELS.wait(COMPILING)
    memory = int(settings.megabytes * 1e6)
    try:
        trainer = Trainer(found, set_to, _regime(given), given.seed, kernels, memory)
        before = trainer.at(0)
        _learn(trainer, given.steps)
    except GradwalkError as error:
        raise StopError(str(error)) from error
    after = trainer.at(trainer.step)
    say(_told(before, after))
    stopped = trainer.stopped
    if stopped:
        say(stopped.sentence)
    if row:
        work = Computed.of_program(found, {**set_to, **after.parameters})
        write(row.make(work, Wanted()), target)
        say(f"{'Drawn in' if row.media.startswith('image/') else 'Written to'} {target}.")
    return BROKEN if stopped and stopped.kind == "trouble" else 0


def _target(given: argparse.Namespace) -> tuple[str, Format | None]:
    """Return where the picture goes, and its format; None where there is to be none."""
    if given.no_picture:
        return "", None
    target = given.output or f"{name(given.program)}-trained.svg"
    row = chosen(target)
    check_target(target)
    return target, row


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
            complain(f"Stopped by hand after {trainer.step:,} steps.")


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
        lines.append(f"  and {more:,} more; -o OUT.json has them all")
    return "\n".join(lines)
