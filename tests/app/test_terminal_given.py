"""What `gradwalk` is given: words, files and folders, numbers, a table; and how it is refused."""

import re

import pytest

from app import cli
from app.settings import Settings

MINE = 'a, b, y = data("mine")\nloss = mse(w*a + v*b, y)'


@pytest.fixture
def main(monkeypatch, capsys, tmp_path):
    """Run the command in a folder of its own; return its exit code, what it wrote, what it said."""
    monkeypatch.chdir(tmp_path)

    def ran(*words):
        try:
            code = cli.main(words)
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    return ran


# programs and files


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (".", ". is a folder; name a file in it."),
        ("a", "a is a folder; name a file in it."),
        ("./nope", "There is no file called ./nope."),
        ("../nope", "There is no file called ../nope."),
        ("/no/such", "There is no file called /no/such."),
        ("nope.py", "There is no file called nope.py."),
    ],
)
def test_a_folder_and_a_path_to_nothing_are_no_programs(main, tmp_path, given, sentence):
    (tmp_path / "a").mkdir()
    assert main("draw", given) == (2, "", f"gradwalk: {sentence}\n")


def test_a_quotient_is_a_program(main):
    assert main("check", "a/b")[0] == 0


def test_a_lone_word_beside_a_file_of_that_name_is_perhaps_the_file(main, tmp_path):
    (tmp_path / "net.txt").write_text("x*x")
    said = "net is read as a program; did you mean the file net.txt?\n"
    assert main("check", "net")[::2] == (0, said)
    assert main("check", "net*x")[2] == ""
    (tmp_path / "ten.svg").write_text("")
    assert main("check", "ten")[2] == ""


def test_a_refusal_of_a_file_names_it(main, tmp_path):
    (tmp_path / "net.txt").write_text("y = 2*log(x")
    assert main("check", "net.txt")[2].startswith("gradwalk: net.txt, line 1, column 10\n")


def test_of_a_huge_line_only_what_is_around_the_place_is_shown(main):
    terms = "+".join(["a"] * 300)
    for source in (f"{terms} + tnh(b) + {terms}", f"tnh(b) + {terms}", f"{terms} + tnh(b)"):
        lines = main("draw", source)[2].splitlines()
        line, under = lines[2].removeprefix("    "), lines[3].removeprefix("    ")
        assert len(line) <= 102
        assert line[under.index("^") :].startswith("tnh")
        assert under.count("^") == 3
        assert (line[0] == "…") == (not source.startswith("tnh"))
        assert (line[-1] == "…") == (not source.endswith("(b)"))


# words


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("dra", "There is no command dra. Did you mean draw?"),
        ("qqq", "There is no command qqq. There are serve, draw, check, train."),
        ("foo.txt", "There is no command foo.txt. gradwalk draw foo.txt draws it."),
        ("2*x", "There is no command '2*x'. gradwalk draw '2*x' draws it."),
    ],
)
def test_a_word_that_is_no_command_has_a_way_out(main, word, sentence):
    assert main(word) == (2, "", f"gradwalk: {sentence}\n")


@pytest.mark.parametrize("command", ["draw", "check", "train"])
def test_help_tells_what_a_command_does_in_a_sentence(command):
    text = cli.parser(Settings()).format_help()
    sub = next(
        action.choices[command] for action in cli.parser(Settings())._actions if action.choices
    )
    assert re.fullmatch(r"[A-Z][^`]+\.", sub.description)
    assert "FILE" not in text
    assert sub.format_usage().rstrip().endswith("PROGRAM")


def test_the_picture_is_asked_for_or_not_but_not_both(main):
    code, _, said = main("train", "w^2", "-o", "o.svg", "--no-picture")
    assert code == 2
    assert "not allowed with" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("draw", "x", "--sample", "0"), "--sample is 0, but this program has no data. Leave it"),
        (("draw", "x*x", "--step", "0"), "There is no step 0 of this walk: its steps go from 1 to"),
        (("train", "2*3"), "Write w = param(0.5), and use w."),
        (("train", "w^2", "--below", "nan"), "argument --below: a finite number, not 'nan'"),
        (("train", "w^2", "--rate", "inf"), "argument --rate: a finite number, not 'inf'"),
        (("check", "x", "--seconds", "nan"), "argument --seconds: a finite number, not 'nan'"),
    ],
)
def test_what_cannot_be_is_said_with_its_name(main, words, sentence):
    code, out, said = main(*words)
    assert (code, out) == (2, "")
    assert sentence in said


# numbers


def test_a_minus_may_be_the_one_that_is_printed(main):
    shown = main("check", "y = x*w", "--set", "x=−2e−1")[1]
    assert re.search(r"✓ w +−0\.2 ", shown)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "nan", "inf"])
def test_a_number_that_is_not_finite_is_no_setting(main, number):
    code, _, said = main("check", "x", "--set", f"x={number}")
    assert code == 2
    assert f"x takes a finite number, up to 1.8e308, not '{number}'" in said


# data


def test_a_column_of_the_data_is_not_set_where_it_is_learned_from(main):
    source = 'x, y = data("line")\nmse(w*x, y)'
    words = (source, "--set", "x=3")
    assert main("train", *words, "--no-picture") == (
        2,
        "",
        "gradwalk: x is a column of the data, and is not set here. Its inputs are w.\n",
    )
    assert main("check", *words)[0] == 0


def test_a_program_learns_from_a_file(main, tmp_path):
    (tmp_path / "mine.csv").write_text("a,b,y\n1,2,3\n2,oops,4\n0.5,1,1.5\n3,0.25,3.5\n")
    words = ("train", MINE, "--data", "mine.csv", "--steps", "500", "--no-picture")
    code, out, said = main(*words)
    assert code == 0
    assert re.search(r"  w  1\.0\d+\n  v  0\.9\d+|  w  1\.\d+\n  v  \d", out)
    assert said.startswith("mine.csv, line 3, is left out: ")
    assert main("check", MINE, "--data", "mine.csv")[0] == 0
    assert main("draw", MINE, "--data", "mine.csv", "--sample", "4")[2].endswith("from 1 to 3.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "There is no data of your own yet. Bring a table: --data FILE.csv."),
        (("--data", "no.csv"), "gradwalk: no.csv cannot be read: No such file or directory."),
        (("--data", "bad.csv"), "gradwalk: bad.csv, line 1: The first line holds numbers where"),
    ],
)
def test_data_that_are_none_are_said_with_the_way_out(main, tmp_path, words, sentence):
    (tmp_path / "bad.csv").write_text("1,2,3\n4,5,6\n")
    code, _, said = main("check", MINE, *words)
    assert code == 2
    assert sentence in said
