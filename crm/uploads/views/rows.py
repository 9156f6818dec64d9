from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import UserRequest
from crm.models import UploadBatch, UploadRow
from crm.uploads import summary
from crm.uploads.changes import Touched, changes
from crm.uploads.forms import RowFilter
from crm.uploads.permissions import may_review
from crm.uploads.problems import describe
from crm.uploads.table import columns
from crm.uploads.views.steps import opened_batch

AT_ONCE = 25


@dataclass(frozen=True)
class RowLine:
    """A row of the list: how it was understood, what is wrong, what it changes."""

    row: summary.ShownRow
    errors: list[str]
    warnings: list[str]
    touched: list[Touched]
    is_changed: bool

    @property
    def changes_nothing_kept(self) -> bool:
        """The record was handed in with other words that come to the same."""
        changed = any(touched.effect == "changed" for touched in self.touched)
        return self.is_changed and bool(self.touched) and not changed


@require_GET
def batch_rows(request: UserRequest, pk: int) -> HttpResponse:
    """The rows in the order of the file; `?show=` chooses, `?start=` goes on."""
    batch = opened_batch(request, pk)
    form = RowFilter(request.GET)
    form.is_valid()
    show = form.cleaned_data.get("show") or "all"
    start = form.cleaned_data.get("start") or 1
    chosen = batch.rows.shown_as(show)
    rows = list(chosen.filter(number__gte=start)[: AT_ONCE + 1])
    following = rows[AT_ONCE].number if len(rows) > AT_ONCE else None
    rows = rows[:AT_ONCE]
    before = chosen.filter(number__lt=start).order_by("-number")[:AT_ONCE]
    earlier = list(before.values_list("number", flat=True))
    context = {
        "title": _("Rows of %(file)s") % {"file": batch.file_name},
        "subtitle": f"{batch.organisation} · {batch.get_kind_display()}",
        "batch": batch,
        "tabs": _tabs(batch),
        "show": show,
        "start": start,
        "labels": summary.key_labels(batch),
        "can_return": batch.status == UploadBatch.Status.SUBMITTED
        and may_review(request.user, batch),
        "lines": _lines(request, batch, rows),
        "following": following,
        "previous": earlier[-1] if earlier else None,
    }
    return render(request, "crm/rows.html", context)


@require_GET
def batch_row(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """One row: as it was sent, as it was understood, and what it would change."""
    batch = opened_batch(request, pk)
    row = batch.rows.filter(number=number).first()
    if row is None:
        raise Http404
    [line] = _lines(request, batch, [row])
    following = batch.rows.filter(number__gt=number).first()
    previous = batch.rows.filter(number__lt=number).order_by("-number").first()
    context = {
        "title": _("Row %(number)s of %(file)s")
        % {"number": number, "file": batch.file_name},
        "subtitle": f"{batch.organisation} · {batch.get_kind_display()}",
        "batch": batch,
        "row": row,
        "line": line,
        "cells": _cells(batch, row),
        "following": following,
        "previous": previous,
    }
    return render(request, "crm/row.html", context)


def _tabs(batch: UploadBatch) -> list[tuple[str, str, int]]:
    effects = summary.effects(batch)
    return [
        ("all", _("All"), batch.rows_total),
        ("refused", _("Refused"), batch.rows_rejected),
        ("warned", _("With warnings"), batch.rows_warned),
        ("new", _("New"), effects["new"]),
        ("changed", _("Changed"), effects["changed"]),
        ("unchanged", _("Unchanged"), effects["unchanged"]),
    ]


def _lines(
    request: UserRequest, batch: UploadBatch, rows: list[UploadRow]
) -> list[RowLine]:
    touched = changes(batch, rows, request.user)
    return [
        RowLine(
            row=shown,
            errors=[describe(problem, batch.kind) for problem in row.errors],
            warnings=[
                describe(problem, batch.kind)
                for problem in row.warnings
                # The fields that change say it better.
                if problem["code"] != "will_update"
            ],
            touched=touched.get(row.number, []),
            is_changed=row.effect == UploadRow.Effect.CHANGED and not batch.posted_at,
        )
        for row, shown in zip(rows, summary.shown_rows(batch, rows), strict=True)
    ]


@dataclass(frozen=True)
class Cell:
    """One cell of the file beside what it was understood as."""

    header: str
    label: str
    sent: str
    understood: str
    is_wrong: bool


def _cells(batch: UploadBatch, row: UploadRow) -> list[Cell]:
    name_at = {place: name for name, place in columns.places_of(batch).items()}
    labels = columns.labels(batch.kind)
    wrong = {problem["column"] for problem in row.errors}
    values = dict(zip(batch.fields, row.values, strict=False))
    cells = []
    for place, header in enumerate(batch.columns):
        name = name_at.get(place, "")
        sent = summary.sent(row, place)
        if name or sent:
            value = summary.shown_value(name, values.get(name, ""))
            label = str(labels.get(name, ""))
            cells.append(Cell(header, label, sent, value, name in wrong))
    return cells
