"""What the schema shows is what the API does."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings as project

from crm.uploads.api import examples, problems
from crm.uploads.problems import FILES
from tests.crm.api import System
from tests.factories.uploads import today

DOCS = (project.BASE_DIR / "docs/api.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def shape(value):
    """The names in it, without what they are filled with."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "null or something"


@pytest.mark.parametrize(
    ("kind", "person"), [("sales", "clerk"), ("repairs", "station_clerk")]
)
def test_the_rows_of_the_example_are_answered_like_its_answer(kind, person, cast):
    system = System(getattr(cast, person))
    sent = {**examples.SENT[kind], "day": str(today())}
    answer = system.send_body(json.dumps(sent), kind)
    shown = examples.CHECKED[kind].value
    assert answer.status_code == 201, answer.json()
    outcomes = [row["outcome"] for row in answer.json()["rows"]]
    assert outcomes == [row["outcome"] for row in shown["rows"]]
    assert answer.json()["rows"][1] == shown["rows"][1]
    assert shape(answer.json()) | {"rows": 0} == shape(shown) | {"rows": 0}


def test_a_file_is_answered_like_the_example(cast):
    system = System(cast.clerk)
    said = system.send_file().json()
    assert shape(said) | {"progress": 0} == shape(examples.UNREAD) | {"progress": 0}
    [batch] = system.get("uploads/").json()["results"]
    assert shape(batch) == shape(examples.BATCH)


def test_the_walk_in_the_docs_sends_rows_that_are_taken(cast):
    walk = re.search(r"<<'END'\n(\{.*?\})\nEND", DOCS, flags=re.DOTALL)
    sent = json.loads(walk.group(1)) | {"day": str(today() - timedelta(days=1))}
    answer = System(cast.clerk).send_body(json.dumps(sent))
    assert [row["outcome"] for row in answer.json()["rows"]] == ["new", "refused"]


def test_every_code_is_in_the_docs():
    listed = set(re.findall(r"^\| `(\w+)`", DOCS, flags=re.MULTILINE))
    by_framework = {
        "not_authenticated", "authentication_failed", "permission_denied", "not_found",
        "method_not_allowed", "unsupported_media_type", "throttled",
    }  # fmt: skip
    of_files = {"wrong_kind", "inactive"}
    assert of_files <= set(FILES)
    assert listed == set(problems.WORDING) | {"not_now"} | by_framework | of_files
