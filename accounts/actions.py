"""What log entries say to people: each app registers its actions' wording and pages.

Wording is a translated string with {names} taken from the entry's data, or a function
from the data to the sentence, where data keeps a code or a time the reader should not
see as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.urls import reverse

if TYPE_CHECKING:
    # Apps register while models are still being loaded.
    from collections.abc import Iterable, Mapping

    from accounts.models import LogEntry

_wording: dict[str, Any] = {}
_pages: dict[str, str] = {}
_names: dict[str, tuple[str, str, str]] = {}
_mailed: set[str] = set()


def register_actions(wording: Mapping[str, Any]) -> None:
    """`wording`: action -> lazy translated text, as "{by} closed case {number}", or a
    function from the entry's data (with `by`) to text in the reader's language."""
    _wording.update(wording)


def register_mailed(*actions: str) -> None:
    """Who is notified of these is told by e-mail too (accounts/mail.py)."""
    _mailed.update(actions)


def is_mailed(action: str) -> bool:
    return action in _mailed


def register_page(subject_type: str, url_name: str) -> None:
    """The page of a subject, `app.model` in lower case; its URL takes the row's id."""
    _pages[subject_type] = url_name


def register_name(
    subject_type: str, name: str, *, url_name: str, key: str = "pk"
) -> None:
    """`name`: the path to what people know the subject by; `key`: to what the URL of
    the page that shows it takes."""
    _names[subject_type] = (name, key, url_name)


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def describe(entry: LogEntry) -> str:
    """The entry as a sentence in the reader's language; the bare action if unknown."""
    wording = _wording.get(entry.action)
    if wording is None:
        return entry.action
    known = _Known(entry.data, by=entry.by or "")
    if callable(wording):
        return str(wording(known))
    return str(wording).format_map(known)


def page_of(entry: LogEntry) -> str:
    """The address of the page about the entry's subject, or ""."""
    return page_about(entry.subject_type, entry.subject_id)


def page_about(subject_type: str, subject_id: int) -> str:
    """The address of a row's page, or ""."""
    name = _pages.get(subject_type)
    return reverse(name, args=[subject_id]) if name else ""


@dataclass(frozen=True)
class Subject:
    name: str
    url: str


def subjects_of(entries: Iterable[LogEntry]) -> dict[tuple[str, int], Subject]:
    """What the entries are about, by type and id: one query for each type."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_type in _names:
            wanted.setdefault(entry.subject_type, set()).add(entry.subject_id)
    found = {}
    for kind, ids in wanted.items():
        name, key, url_name = _names[kind]
        rows = apps.get_model(kind)._base_manager.filter(pk__in=ids)
        for pk, shown, target in rows.values_list("pk", name, key):
            found[kind, pk] = Subject(str(shown), reverse(url_name, args=[target]))
    return found


def registered_actions() -> frozenset[str]:
    return frozenset(_wording)
