"""The board of the daily files in words: what its page and its export show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.text import listed
from crm.uploads.daily.board import DAYS
from crm.uploads.daily.days import MET, STATES
from standards.durations import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from accounts.models import Organisation
    from crm.uploads.daily.board import Board, Late, Line, Share

PENDING = {"open", "none"}


@dataclass(frozen=True)
class Cell:
    """A day in the heat map: a colour, a mark or a number, and the words."""

    tone: str
    mark: str
    title: str


def rows(board: Board) -> Iterator[dict[str, Any]]:
    tops = sum(line.depth == 0 for line in board.lines)
    for line in [board.total, *board.lines] if tops > 1 else board.lines:
        yield {
            "organisation": line.organisation,
            "depth": line.depth,
            "is_group": line.is_group,
            "members": line.members,
            "today": _today(line, board.days[-1]),
            "cells": [_cell(line, day, board.goal) for day in board.days],
            "summary": _summary(line, board.days),
            "in_time": figure(line.in_time),
            "tone": _tone(line.in_time.percent, board.goal),
            "refused": figure(line.refused),
            "corrected": figure(line.corrected),
            "wrong_numbers": figure(line.wrong_numbers),
        }


def figure(share: Share) -> dict[str, Any]:
    """The percentage, cut to one decimal, and what it is made of."""
    if share.percent is None:
        return {"percent": "–", "made_of": "", "part": 0}
    cut = int(share.percent * 10 + 1e-9) / 10
    made_of = _("%(part)s of %(whole)s") % {"part": share.part, "whole": share.whole}
    return {"percent": f"{cut:g}%", "made_of": made_of, "part": share.part}


def today(board: Board) -> dict[str, Any]:
    """The figures above the board."""
    counts = board.total.days.get(board.days[-1], Counter())
    owed = counts.total()
    return {
        "owed": owed,
        "handed_in": owed - counts["open"] - counts["missing"],
        "nil": counts["nil"],
        "late": counts["missing"],
        "open": counts["open"],
        "in_time": figure(board.total.in_time),
        "tone": _tone(board.total.in_time.percent, board.goal),
        "goal": "" if board.goal is None else f"{board.goal:g}%",
    }


def late_rows(late: list[Late], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "organisation": one.organisation,
            "days": one.days,
            "over": in_words((now - one.since).total_seconds()),
            "clerks": one.clerks,
        }
        for one in late
    ]


def legend() -> list[Cell]:
    """What the marks of one dealer's days mean."""
    return [
        Cell(state.tone or code, state.mark, str(state.label))
        for code, state in STATES.items()
    ]


def export(board: Board, paths: dict[str, Organisation]) -> Iterator[list[object]]:
    """The board as a table: a line a dealer or station, a column a day."""
    yield [
        _("Region"),
        _("Branch"),
        _("Code"),
        _("Dealer or station"),
        _("In time"),
        _("Days due"),
        _("Rows refused"),
        _("Rows handed in"),
        _("Rows corrected"),
        _("Rows posted"),
        _("Sales or repairs with a wrong number"),
        _("Sales or repairs"),
        *(day.isoformat() for day in board.days),
    ]
    for line in board.lines:
        place = line.organisation
        if place is None or line.is_group:
            continue
        above = [paths[code].name for code in place.path.split("/") if code in paths]
        region, branch = ([""] * 2 + above)[-2:]
        shares = (line.in_time, line.refused, line.corrected, line.wrong_numbers)
        yield [
            region,
            branch,
            place.code,
            place.name,
            *(number for share in shares for number in (share.part, share.whole)),
            *(str(STATES[_only(line, day)].label) for day in board.days),
        ]


def _only(line: Line, day: date) -> str:
    """How the one dealer of a line stands on a day."""
    return next(iter(line.days.get(day, ())), "none")


def _today(line: Line, day: date) -> dict[str, str]:
    if not line.is_group:
        state = STATES[_only(line, day)]
        return {"label": str(state.label), "tone": state.tone}
    counts = line.days.get(day, Counter())
    owed = counts.total()
    if not owed:
        return {"label": str(STATES["none"].label), "tone": ""}
    came = owed - counts["open"] - counts["missing"]
    label = _("%(part)s of %(whole)s") % {"part": came, "whole": owed}
    tone = "bad" if counts["missing"] else "good" if came == owed else ""
    return {"label": label, "tone": tone}


def _cell(line: Line, day: date, goal: float | None) -> Cell:
    shown = date_format(day, "D m-d")
    if not line.is_group:
        code = _only(line, day)
        state = STATES[code]
        return Cell(state.tone or code, state.mark, _told(shown, state.label))
    counts = line.days.get(day, Counter())
    owed = counts.total() - counts["open"]
    if not owed:
        code = "open" if counts["open"] else "none"
        return Cell(code, STATES[code].mark, _told(shown, STATES[code].label))
    met = sum(counts[code] for code in MET)
    parts = [f"{STATES[code].label} {counts[code]}" for code in STATES if counts[code]]
    mark = str(owed - met) if met < owed else STATES["in_time"].mark
    tone = _tone(100 * met / owed, goal) or "good"
    return Cell(tone, mark, _told(shown, listed(parts)))


def _tone(percent: float | None, goal: float | None) -> str:
    if percent is None or goal is None:
        return ""
    if percent >= goal:
        return "good"
    return "warn" if percent >= goal - 15 else "bad"


def _summary(line: Line, days: list[date]) -> str:
    """The heat map for who cannot see it."""
    counts: Counter[str] = Counter()
    for day in days:
        counts.update(line.days.get(day, Counter()))
    told = [f"{STATES[code].label} {counts[code]}" for code in STATES if counts[code]]
    head = ngettext("The last %(n)s day", "The last %(n)s days", DAYS) % {"n": DAYS}
    return _told(head, listed(told) or STATES["none"].label)


def _told(what: str, told: object) -> str:
    return _("{what}: {told}").format(what=what, told=told)
