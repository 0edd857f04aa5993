"""What README shows of the HTTP calls is what they answer."""

import json
import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
CALLS = re.findall(
    r"```sh\ncurl -s http://[^/]+(/api/\S+).*?-d '(.*?)'\n```\s+```json\n(.*?)```",
    README,
    re.DOTALL,
)


def test_readme_shows_both_calls():
    assert [path for path, _, _ in CALLS] == ["/api/graph", "/api/trace"]


@pytest.mark.parametrize(("path", "body", "answer"), CALLS)
def test_an_answer_in_readme_is_the_answer(client, path, body, answer):
    assert client.post(path, json=json.loads(body)).json() == json.loads(answer)
