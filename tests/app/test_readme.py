"""What README shows of the language and of the HTTP calls is what comes of it."""

import io
import json
import re
import urllib.request
from pathlib import Path

import pytest

from app.settings import Settings
from engine.program import parse

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
CALLS = re.findall(
    r"```sh\ncurl -s http://[^/]+(/api/\S+).*?-d '(.*?)'\n```\s+```json\n(.*?)```",
    README,
    re.DOTALL,
)

PROGRAM = re.search(r"```py\n(.*?)```.*?```text\n(.*?)```", README, re.DOTALL)


def test_readmes_program_prints_and_draws_what_readme_says():
    program = parse(PROGRAM[1])
    assert [line.text for line in program.printed] == PROGRAM[2].splitlines()
    assert f"{len(program.graph)} nodes" in README[PROGRAM.end() :]


@pytest.mark.parametrize("name", ["nodes", "steps", "items", "calls", "printed", "seconds"])
def test_the_budgets_in_readme_are_the_settings(name):
    (said,) = re.findall(r"\*\*Within budgets:\*\*(.*?)\n-? ", README, re.DOTALL)
    assert f" {int(getattr(Settings(), name)):,} " in said


def test_readme_shows_both_calls():
    assert [path for path, _, _ in CALLS] == ["/api/graph", "/api/trace"]


@pytest.mark.parametrize(("path", "body", "answer"), CALLS)
def test_an_answer_in_readme_is_the_answer(client, path, body, answer):
    assert client.post(path, json=json.loads(body)).json() == json.loads(answer)


def test_the_call_from_python_in_the_documentation_works(client, monkeypatch, capsys):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "http.md").read_text("utf-8")
    (code,) = re.findall(r"^```py\n(.*?)^```", page, re.DOTALL | re.MULTILINE)

    def answered(request):
        answer = client.post(request.full_url, content=request.data, headers=request.headers)
        return io.BytesIO(answer.content)

    monkeypatch.setattr(urllib.request, "urlopen", answered)
    exec(compile(code, "http.md", "exec"), {})
    assert capsys.readouterr().out == "[('x', 6.0), (None, 1.0)]\n"
