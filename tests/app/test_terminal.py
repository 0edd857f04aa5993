"""`gradwalk draw`, `check` and `train`: what they write, what they say, how they end."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app import cli
from app.terminal import train
from app.terminal.refusal import shown
from engine.computed import Computed
from engine.errors import ProgramError
from engine.evaluate import Gradients
from engine.formats import FORMATS
from engine.spans import Span

ROOT = Path(__file__).parents[2]
MOONS = """
x1, x2, y = data("moons", n=40, noise=0.1, seed=1)
mlp = MLP(2, [4, 1], activation=tanh, seed=1)
o = mlp(x1, x2)
loss = mse(o, y)
"""


MANY = "+".join(f"x{k}*2" for k in range(400))


@pytest.fixture
def run(capfdbinary, monkeypatch):
    """Run the command; return its exit code, what it wrote, what it said."""

    def ran(*words, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = cli.main(words)
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return ran


def refused(answer):
    code, out, err = answer
    assert (code, out) == (2, b"")
    assert err.startswith("gradwalk: ")
    return err.removeprefix("gradwalk: ").rstrip("\n")


# draw


def test_a_text_is_drawn_on_standard_output(run):
    code, out, err = run("draw", "tanh(w*x + b)", "--set", "x=2", "--set", "w=-0.5")
    assert (code, err) == (0, "")
    words = list(ET.fromstring(out).itertext())
    assert {"x", "2", "w", "−0.5", "tanh"} <= set(words)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_by_its_name_and_most_by_the_files(run, tmp_path, name):
    row = FORMATS[name]
    target = tmp_path / f"o{row.suffix}"
    assert run("draw", "y = x*x", "--set=x=3", "-o", str(target), "--format", name)[0] == 0
    by_name = target.read_bytes()
    assert by_name
    assert run("draw", "y = x*x", "--set=x=3", "-o", str(target))[0] == 0
    first = next(each for each in FORMATS.values() if each.suffix == row.suffix)
    assert (target.read_bytes() == by_name) == (first is row)


def test_a_file_is_read_and_so_is_standard_input(run, tmp_path):
    (tmp_path / "square.txt").write_text("y = x*x  # σ\n", "utf-8")
    from_file = run("draw", str(tmp_path / "square.txt"), "--format", "json")
    from_input = run("draw", "-", "--format", "json", stdin="y = x*x  # σ\n".encode())
    assert from_file == from_input
    assert json.loads(from_file[1])["nodes"][0]["label"] == "x"


def test_a_step_is_drawn_as_it_stands(run):
    whole, first = (run("draw", "y = x*x", *more)[1] for more in ((), ("--step", "1")))
    assert whole != first
    assert b"hollow" in first
    assert "no step 99" in refused(run("draw", "y = x*x", "--step", "99"))


def test_a_sample_of_the_data_is_drawn(run):
    numbers = [
        json.loads(run("draw", MOONS, "--format", "json", "--sample", n)[1])["value"]
        for n in ("1", "2")
    ]
    assert numbers[0] != numbers[1]
    assert refused(run("draw", MOONS, "--sample", "41")) == (
        "--sample is 41; take a number from 1 to 40."
    )


def test_where_numbers_stop_being_finite_is_said_beside_the_picture(run):
    code, out, err = run("draw", "log(x)", "--set", "x=-1")
    assert code == 0
    assert out.startswith(b"<svg")
    assert "log has no real value at −1." in err


def test_a_refused_program_is_shown_with_its_place(run):
    assert refused(run("draw", "y = 2*log(x")) == (
        "line 1, column 10\n\n    y = 2*log(x\n             ^\n"
        "This ( is never closed. Add ) where it ends."
    )


def test_the_place_is_under_its_words_whatever_they_are():
    error = ProgramError("No.", Span(1, 3, 1, 4))
    assert shown("数+\tx", ProgramError("No.", Span(1, 2, 1, 3))).splitlines()[3] == "      ^"
    assert shown("", error).splitlines()[2:4] == ["    ", "    ^"]
    over = shown("f(\n1", ProgramError("No.", Span(1, 2, 2, 1)))
    assert over.splitlines()[2:4] == ["    f(", "     ^"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("draw", "nowhere.py"), "There is no file called nowhere.py."),
        (("draw", "x", "-o", "o.doc"), "o.doc ends in nothing known. Take .svg, "),
        (("draw", "x", "-o", "no/such/folder.svg"), "no/such/folder.svg cannot be written: "),
        (
            ("draw", "x*w", "--set", "q=1"),
            "The program has no input called q. Its inputs are x, w.",
        ),
        (("draw", "alpha", "--set", "alhpa=1"), "Did you mean alpha?"),
        (("draw", ""), "There is nothing to draw yet."),
        (("check", "x", "--seconds", "0"), "--seconds is a number above 0."),
        (("train", "2*3"), "Nothing learns here: every leaf is data or a constant."),
        (("train", "w", "--split", "3"), "split is 3; take a number from 0 to 0.9."),
        (("train", "w", "-o", "w.doc"), "w.doc ends in nothing known."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(run(*words))
    assert not list(tmp_path.iterdir())


def test_standard_input_that_is_no_text_is_said(run):
    assert refused(run("draw", "-", stdin=b"\xff\xfe")) == "standard input is no text in UTF-8."


@pytest.mark.parametrize("word", ["x", "x=", "=2", "x=two"])
def test_a_setting_that_is_none_is_a_matter_of_usage(word, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["draw", "x", "--set", word])
    assert left.value.code == 2
    assert f"write a name and a number, as in x=2, not {word!r}" in capsys.readouterr().err


def test_a_reader_who_has_had_enough_is_no_error():
    words = (
        f"{sys.executable} -m app.cli draw examples/mlp_four_samples.py --format json | head -c 1"
    )
    done = subprocess.run(words, shell=True, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (b"{", b"")


# check


def test_gradients_that_agree_are_told_and_end_well(run):
    code, out, _ = run("check", "y = tanh(w*x)", "--set", "x=2")
    lines = out.decode().splitlines()
    assert code == 0
    assert [line[:3] for line in lines[:-1]] == ["✓ w", "✓ x"]
    assert lines[-1].startswith("4 of 4 gradients agree with finite differences")


def test_all_gradients_are_told_where_that_is_wanted(run):
    lines = run("check", "y = tanh(w*x)", "--all")[1].decode().splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ["w", "x", "w*x", "y"]


def test_a_wrong_gradient_ends_with_1(run, monkeypatch):
    right = Computed.found.func
    wrong = property(lambda work: Gradients(right(work).nodes * 1.5, right(work).edges))
    monkeypatch.setattr(Computed, "found", wrong)
    code, out, _ = run("check", "y = x*x")
    assert code == 1
    assert "✗ x" in out.decode()
    assert "2 do not" in out.decode()


def test_what_is_not_proved_does_not_look_like_success(run, monkeypatch):
    code, out, _ = run("check", "log(x)", "--set", "x=0", "--all")
    assert code == 3
    assert "inf" not in out.decode()
    assert "No gradient could be measured" in out.decode()
    code, out, _ = run("check", "2")
    assert (code, out) == (3, b"There is no gradient to check: all is constant.\n")
    code, out, _ = run("check", MANY, "--seconds", "1e-9")
    assert code == 3
    assert "1,199 not reached in the time allowed. --seconds gives it longer." in out.decode()


def test_a_leaf_without_a_name_is_told_by_its_place(run):
    source = "def f(row):\n    xs = list(map(Value, row))\n    return xs[0]*xs[0]*xs[0]\n"
    out = run("check", f"{source}f([2.0]) + f([3.0])")[1].decode()
    assert re.findall(r"✓ (.*?)  ", out) == ["f[0], line 2", "f[1], line 2"]


def test_what_differs_stands_first(run, monkeypatch):
    right = Computed.found.func

    def one_wrong(work):
        nodes = right(work).nodes.copy()
        nodes[work.graph.labels.index("w70")] += 1
        return Gradients(nodes, right(work).edges)

    monkeypatch.setattr(Computed, "found", property(one_wrong))
    source = "+".join(f"w{k}*w{k}" for k in range(100))
    code, out, _ = run("check", source)
    assert code == 1
    assert out.decode().startswith("✗ w70 ")


# train


def test_a_program_learns_is_told_and_drawn(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moons.txt").write_text(MOONS, "utf-8")
    words = ("train", "moons.txt", "--steps", "60", "--optimizer", "adam", "--rate", "0.05")
    code, out, err = run(*words)
    lines = out.decode().splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("step 60: loss ")
    before, after = lines[0].split("loss ")[1].split(",")[0].split(" → ")
    assert float(after) < float(before)
    assert "accuracy" in lines[0]
    assert lines[-1] == "Drawn in moons-trained.svg."
    assert (tmp_path / "moons-trained.svg").read_text("utf-8").startswith("<svg")
    assert run(*words)[1] == out


def test_what_is_drawn_has_the_learned_numbers(run, tmp_path):
    target = tmp_path / "o.json"
    run("train", "loss = (w - 3)^2", "--set", "w=0", "--steps", "200", "-o", str(target))
    assert json.loads(target.read_text("utf-8"))["nodes"][0]["value"] == pytest.approx(3.0)


def test_a_run_that_breaks_says_why_and_ends_with_1(run):
    code, out, _ = run("train", "loss = exp(w)^4", "--rate", "-1", "--no-picture")
    assert code == 2
    code, out, _ = run("train", "loss = exp(-w)*exp(9)", "--rate", "1e9", "--no-picture")
    assert code == 0
    code, out, _ = run("train", "loss = (w-1)^4", "--set=w=9", "--rate", "9", "--no-picture")
    assert code == 1
    assert "rate 9 is too high for SGD here." in out.decode()


def test_a_run_stops_below_a_loss(run):
    words = ("train", "loss = (w - 3)^2", "--rate=0.1", "--below", "0.01", "--no-picture")
    out = run(*words)[1].decode()
    assert "below" in out
    assert not out.startswith("step 1,000")


def test_ctrl_c_ends_a_run_where_it_is(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train.Trainer, "advance", interrupted)
    code, out, err = run("train", "loss = (w - 3)^2", "--no-picture")
    assert code == 0
    assert err == "Stopped by hand after 0 steps.\n"
    assert out.startswith(b"step 0: loss")


# the command


def test_ctrl_c_elsewhere_ends_as_shells_count_it(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("app.terminal.check.run", interrupted)
    assert cli.main(["check", "x"]) == 130


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    told = capsys.readouterr().out
    assert all(f"    {name} " in told for name in ("serve", "draw", "check", "train"))
