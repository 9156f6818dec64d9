"""What a row touches: a record, customer, car, owners; a field as it is and will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from crm.models import UploadRow

NEW, CHANGED, UNCHANGED = UploadRow.Effect.values


@dataclass(frozen=True)
class Change:
    """One field: how it reads now and how it would read after."""

    label: str
    now: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.now != self.after


@dataclass(frozen=True)
class Touched:
    """A record, customer, car or its owners, as far as a row says something of it."""

    title: str
    effect: str
    fields: list[Change]

    @property
    def changed(self) -> list[Change]:
        return [change for change in self.fields if change.is_changed]

    @property
    def effect_label(self) -> str:
        return str(UploadRow.Effect(self.effect).label)


def touched(
    title: str, fields: list[Change], *, is_known: bool, is_same: bool = False
) -> Touched:
    shown = [change for change in fields if change.now or change.after]
    if not is_known:
        return Touched(title, NEW, shown)
    is_same = is_same or not any(change.is_changed for change in shown)
    return Touched(title, UNCHANGED if is_same else CHANGED, shown)


def kept(now: str, given: str) -> str:
    """What a file leaves empty stays as it is known."""
    return given or now


def text(fact: object) -> str:
    if fact is None:
        return ""
    if isinstance(fact, datetime):
        return timezone.localtime(fact).strftime("%Y-%m-%d %H:%M")
    if isinstance(fact, Decimal):
        return f"{fact:.2f}"
    return str(fact)
