from collections import defaultdict
from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import describe
from accounts.http import UserRequest, query_text
from accounts.models import LogEntry, User
from accounts.permissions import role_required
from complaints.forms import (
    AnswerForm,
    RaiseForm,
    ReturnForm,
    TransferForm,
    VerifyForm,
)
from complaints.models import Case, Transfer
from complaints.permissions import handles_for
from complaints.querysets import CaseQuerySet
from complaints.roles import CASE_WORKERS, LEADERS, LIST_READERS
from crm.phones import display, masked
from crm.search import find_customers
from standards.models import Clock
from standards.readings import reading

PER_PAGE = 25
LEVEL_TONES = {
    Case.Level.ESCALATED: "warn",
    Case.Level.MAJOR: "bad",
    Case.Level.CRISIS: "bad",
}
STATUS_TONES = {Case.Status.ANSWERED: "info", Case.Status.CLOSED: "good"}
ACTION_TONES = {
    "case.closed": "good",
    "case.returned": "bad",
    "case.not_solved": "bad",
    "case.answered": "info",
    "case.solved": "info",
}
# The lists one chooses from; each but "all" narrows what is shown.
SHOWN = {
    "open": gettext_lazy("Open"),
    "late": gettext_lazy("Late"),
    "mine": gettext_lazy("Mine"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}


@role_required(*LIST_READERS)
def cases(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    shown = request.GET.get("show", "open")
    found = _chosen(Case.objects.visible_to(request.user), shown, request.user, now)
    level, status = request.GET.get("level", ""), request.GET.get("status", "")
    if level in Case.Level.values:
        found = found.filter(level=level)
    if status in Case.Status.values:
        found = found.filter(status=status)
    text = query_text(request.GET, "q")
    if text:
        found = _matching(found, text, request.user)
    found = found.with_due().with_unit()
    ordered = found.order_by(F("due_at").asc(nulls_last=True), "-opened_at", "-pk")
    rows = ordered.select_related("customer", "owner", "organisation")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Cases"),
        "page": page,
        "rows": [_row(case, now) for case in page],
        "shown": shown,
        "tabs": SHOWN.items(),
        "level": level,
        "levels": Case.Level.choices,
        "status": status,
        "statuses": Case.Status.choices,
        "q": text,
        "may_open": request.user.has_role(*CASE_WORKERS),
    }
    return render(request, "complaints/cases.html", context)


def detail(request: UserRequest, pk: int) -> HttpResponse:
    """All about a case, and what this reader may do with it now."""
    return render_detail(request, pk)


def render_detail(
    request: UserRequest, pk: int, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The page of a case; with `refused`, a form by its name that was not accepted.

    What was typed stays: in the form, or beside it where the step is no longer open.
    """
    seen = Case.objects.visible_to(request.user).select_related(
        "customer", "vehicle", "organisation", "owner", "opened_by", "closed_by"
    )
    case = get_object_or_404(seen, pk=pk)
    now = timezone.now()
    transfers = list(
        case.transfers.select_related("to", "sent_by", "accepted_by", "ended_by")
    )
    in_hand = next((t for t in transfers if t.status in Transfer.WAITING), None)
    mine = in_hand if in_hand and handles_for(request.user, in_hand.to) else None
    entries = LogEntry.objects.about(case).select_related("by")
    shown = display if mine else masked
    context = {
        "title": _("Case %(number)s") % {"number": case.number},
        "subtitle": case.subject,
        "case": case,
        "phones": [
            {"shown": shown(phone.number), "tel": phone.number if mine else ""}
            for phone in case.customer.phones.all()
        ],
        "level_tone": LEVEL_TONES.get(Case.Level(case.level), ""),
        "status_tone": STATUS_TONES.get(Case.Status(case.status), ""),
        "clocks": _clocks(case, transfers, now),
        "rounds": _rounds(case, transfers),
        "entries": [_entry(entry) for entry in entries],
        "in_hand": in_hand,
        "mine": mine,
        "is_centre": request.user.sees_everything,
        **_forms(request.user, case, in_hand),
    }
    if mine:
        context |= {"answer_form": AnswerForm(), "return_form": ReturnForm()}
    context |= _with_refused(refused or {}, context, case)
    return render(
        request, "complaints/detail.html", context, status=422 if refused else 200
    )


def _with_refused(
    refused: dict[str, forms.Form], context: dict[str, Any], case: Case
) -> dict[str, Any]:
    """The refused form in place of the empty one, or else what was written in it."""
    shown: dict[str, Any] = {}
    for name, form in refused.items():
        if name not in context:
            texts = [f for f in form if isinstance(f.field.widget, forms.Textarea)]
            shown["kept"] = [f for f in texts if f.value()]
        elif form.data.get("round", str(case.round)) != str(case.round):
            # The customer has to be asked anew, but the words are not lost.
            shown[name] = VerifyForm(
                initial={"round": case.round, "note": form["note"].value()}
            )
        else:
            shown[name] = form
        shown["refused"] = name
    return shown


def _chosen(found: CaseQuerySet, shown: str, user: User, now: datetime) -> CaseQuerySet:
    if shown == "all":
        return found
    if shown == "closed":
        return found.filter(status=Case.Status.CLOSED)
    found = found.open()
    if shown == "late":
        return found.late(now)
    return found.filter(owner=user) if shown == "mine" else found


def _matching(found: CaseQuerySet, text: str, user: User) -> CaseQuerySet:
    """By the case's number, or by its customer's name, number, plate or VIN."""
    if user.sees_everything:
        customers = Q(customer__in=find_customers(text, user).order_by().values("pk"))
    else:
        # Others may know a customer only by the case that was handed to them.
        customers = Q(customer__name__icontains=text)
    return found.filter(Q(number__icontains=text) | customers)


def _row(case: Any, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "level_tone": LEVEL_TONES.get(case.level, ""),
        "status_tone": STATUS_TONES.get(case.status, ""),
        "is_late": case.due_at is not None and case.due_at < now,
    }


def _clocks(
    case: Case, transfers: list[Transfer], now: datetime
) -> list[dict[str, Any]]:
    """The case's clocks and its units', running ones first by due time."""
    ids = [transfer.pk for transfer in transfers]
    about = Q(subject_type="complaints.case", subject_id=case.pk)
    about |= Q(subject_type="complaints.transfer", subject_id__in=ids)
    clocks = Clock.objects.filter(about).for_pages()
    ordered = clocks.order_by(F("stopped_at").desc(nulls_first=True), "due_at", "pk")
    return [reading(clock, now) for clock in ordered]


def _rounds(case: Case, transfers: list[Transfer]) -> list[dict[str, Any]]:
    """What came of each round, the latest first."""
    by_round = defaultdict(list)
    for transfer in transfers:
        by_round[transfer.round].append(transfer)
    own = {own.round: own for own in case.centre_answers.select_related("by")}
    numbers = sorted({*by_round, *own}, reverse=True)
    return [{"number": n, "transfers": by_round[n], "own": own.get(n)} for n in numbers]


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "text": describe(entry),
        "note": entry.data.get("note", ""),
        "tone": ACTION_TONES.get(entry.action, ""),
    }


def _forms(user: User, case: Case, in_hand: Transfer | None) -> dict[str, Any]:
    """The forms of the centre's steps that are open now; none for other readers."""
    if not user.has_role(*CASE_WORKERS) or case.status == Case.Status.CLOSED:
        return {}
    offered: dict[str, Any] = {"may_contact": case.contacted_at is None}
    if case.status == Case.Status.ANSWERED:
        offered["verify_form"] = VerifyForm(initial={"round": case.round})
    if case.level != Case.Level.CRISIS:
        offered["raise_form"] = RaiseForm(case)
    if Case.Status.DISPATCHED in Case.NEXT[case.status]:
        offered["transfer_form"] = TransferForm()
    if case.status == Case.Status.REGISTERED and (
        case.owner == user or user.has_role(*LEADERS)
    ):
        offered["solve_form"] = AnswerForm(auto_id="solve_%s")
    return offered
