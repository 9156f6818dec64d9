"""House rules that no linter knows."""

import ast
import re
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.actions import registered_actions

# From the bottom up: what a room's rows may point to stands before it.
ROOMS = [
    "accounts",
    "standards",
    "crm",
    "knowledge",
    "complaints",
    "followups",
    "desk",
]
ROOT = settings.BASE_DIR
SOURCES = sorted(
    path for room in [*ROOMS, "config"] for path in (ROOT / room).rglob("*.py")
)
CODE = [path for path in SOURCES if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODELS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]

# Open to people who are not logged in, each for a reason of its own.
OPEN_TO_ALL = {
    "accounts:login",
    "admin:login",  # leads to accounts:login
    "api:token",  # the log-in of programs
    "favicon",
    "healthz",
    "set_language",
}


def short(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> set[str]:
    """The literal texts an argument may be; of an f-string its beginning and "*"."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return {f"{text}*" for text in texts(node.values[0])}
    return set()


def calls(name: str, argument: int) -> set[str]:
    """What the code passes as that argument, as far as it is literal."""
    found: set[str] = set()
    for path in CODE:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or len(node.args) <= argument:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called == name:
                found |= texts(node.args[argument])
    return found


def url_patterns(patterns=None, namespace=""):
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.callback
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from url_patterns(entry.url_patterns, inner)


def test_no_code_file_is_longer_than_500_lines():
    tests = sorted((ROOT / "tests").rglob("*.py"))
    lengths = {
        short(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*CODE, *tests]
    }
    assert not {name: n for name, n in lengths.items() if n > 500}


def test_foreign_keys_point_down_the_rooms():
    upward = [
        str(field)
        for model in MODELS
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in MODELS
        and ROOMS.index(field.related_model._meta.app_label)
        > ROOMS.index(model._meta.app_label)
    ]  # fmt: skip
    assert not upward


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_every_template_compiles(path):
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_no_template_fetches_from_elsewhere(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


def test_every_url_demands_a_log_in():
    opened = {
        name
        for name, view in url_patterns()
        if not getattr(view, "login_required", True)
        and not hasattr(view, "cls")  # an API view, whose permissions decide
    }
    assert opened <= OPEN_TO_ALL


def test_every_api_view_demands_a_log_in():
    views = {
        name: [permission.__name__ for permission in view.cls.permission_classes]
        for name, view in url_patterns()
        if hasattr(view, "cls")
    }
    assert len(views) > 8
    assert {name for name, p in views.items() if p != ["IsAuthenticated"]} == set()


def test_every_task_named_in_the_code_exists():
    is_task = re.compile(rf"(?:{'|'.join(ROOMS)})\.(?:\w+\.)*tasks\.\w+").fullmatch
    named = {
        text
        for path in CODE
        for node in ast.walk(tree(path))
        for text in texts(node)
        if is_task(text)
    }
    named |= calls("async_task", 0)
    broken = set()
    for name in named:
        try:
            import_string(name)
        except ImportError:
            broken.add(name)
    assert not broken


def test_every_action_in_the_log_has_its_wording():
    used = calls("log_action", 1)
    assert len(used) > 10
    assert not {
        action
        for action in used
        if not any(fnmatch(known, action) for known in registered_actions())
    }


def test_no_model_signals_are_used():
    """Ruff bans their import; this finds the ways around it."""
    banned = re.compile(
        r"\b(?:pre|post)_(?:save|delete|init|migrate)\b|\bm2m_changed\b"
    )
    found = [short(p) for p in CODE if banned.search(p.read_text(encoding="utf-8"))]
    assert not found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_says_what_it_is_in_the_call_centre(model):
    made_by_django = f"{model.__name__}("
    assert not (model.__doc__ or made_by_django).startswith(made_by_django)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_a_name_in_each_language(model):
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


def test_every_room_with_defaults_is_known_to_the_tests():
    conftest = import_module("tests.conftest")
    with_defaults = {room for room in ROOMS if (ROOT / room / "defaults.py").exists()}
    assert set(conftest.APPS_WITH_DEFAULTS) == with_defaults


def test_the_example_environment_lists_every_variable_that_is_read():
    read = set()
    for path in CODE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "env.text",
                "env.boolean",
                "env.integer",
                "env.words",
                "env.rate",
                "os.environ.get",
            }:
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    read.add(name.value)
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))
    assert read == listed


def test_csv_is_written_in_one_place_where_formulas_are_guarded():
    """crm.uploads.exports; the demo plays a dealer's system, whose files have none."""
    writes = re.compile(r"\bcsv\.(?:writer|DictWriter)\b|\bto_csv\b|import writer")
    found = {
        short(path) for path in CODE if writes.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"config/demo/records.py"} == {"crm/uploads/exports.py"}


def test_what_a_package_offers_is_there():
    packages = [path.parent for path in CODE if path.name == "__init__.py"]
    names = [".".join(path.relative_to(ROOT).parts) for path in packages]
    modules = map(import_module, names)
    offered = [(m, name) for m in modules for name in getattr(m, "__all__", ())]
    assert offered
    assert [pair for pair in offered if not hasattr(*pair)] == []
