"""What is pressed on a case: each checks who, calls its service, and goes back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.permissions import require_role
from complaints import services
from complaints.forms import AnswerForm, ReturnForm, TransferForm, VerifyForm
from complaints.models import Case, Transfer
from complaints.permissions import handles_for
from complaints.roles import CASE_WORKERS


@require_POST
def transfer(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    form = TransferForm(request.POST)
    if _valid(request, form):
        unit = form.cleaned_data["to"]
        done = _("The case is handed to %(to)s.") % {"to": unit.name}
        _do(
            request,
            lambda: services.transfer_case(case, by=request.user, **form.cleaned_data),
            done,
        )
    return redirect("complaints:detail", pk)


@require_POST
def contact(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    _do(
        request,
        lambda: services.record_first_contact(case, by=request.user),
        _("The first contact is recorded."),
    )
    return redirect("complaints:detail", pk)


@require_POST
def raise_level(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    _do(
        request,
        lambda: services.raise_level(
            case, by=request.user, level=request.POST.get("level", "")
        ),
        _("The level is raised."),
    )
    return redirect("complaints:detail", pk)


@require_POST
def solve(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    form = AnswerForm(request.POST)
    if _valid(request, form):
        _do(
            request,
            lambda: services.answer_case(case, by=request.user, **form.cleaned_data),
            _("Answered. The customer will be asked whether it is solved."),
        )
    return redirect("complaints:detail", pk)


@require_POST
def verify(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    form = VerifyForm(request.POST)
    if _valid(request, form):
        said = form.cleaned_data
        satisfied = said["satisfied"] == VerifyForm.SOLVED
        _do(
            request,
            lambda: services.verify_case(
                case,
                by=request.user,
                satisfied=satisfied,
                note=said["note"],
                round=said["round"],
            ),
            _("The case is closed.") if satisfied else _("The next round begins."),
        )
    return redirect("complaints:detail", pk)


@require_POST
def accept(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    _do(
        request,
        lambda: services.accept_transfer(transfer, by=request.user),
        _("Accepted. Answer it before it is due."),
    )
    return redirect("complaints:detail", transfer.case_id)


@require_POST
def give_back(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    form = ReturnForm(request.POST)
    if _valid(request, form):
        _do(
            request,
            lambda: services.return_transfer(
                transfer, by=request.user, **form.cleaned_data
            ),
            _("Returned to the centre."),
        )
    return redirect("complaints:detail", transfer.case_id)


@require_POST
def answer(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    form = AnswerForm(request.POST)
    if _valid(request, form):
        _do(
            request,
            lambda: services.answer_transfer(
                transfer, by=request.user, **form.cleaned_data
            ),
            _("Answered. The centre will ask the customer whether it is solved."),
        )
    return redirect("complaints:detail", transfer.case_id)


def _case(request: UserRequest, pk: int) -> Case:
    """A case the reader sees (else 404) and, being of the centre, works (else 403)."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    require_role(request.user, *CASE_WORKERS)
    return case


def _transfer(request: UserRequest, pk: int) -> Transfer:
    """A hand-over the reader sees (else 404) and whose unit is theirs (else 403)."""
    seen = Transfer.objects.visible_to(request.user).select_related("to")
    transfer = get_object_or_404(seen, pk=pk)
    if not handles_for(request.user, transfer.to):
        raise PermissionDenied
    return transfer


def _valid(request: UserRequest, form: forms.Form) -> bool:
    if form.is_valid():
        return True
    for name, errors in form.errors.items():
        for error in errors:
            messages.error(
                request,
                _("%(field)s: %(error)s")
                % {"field": form.fields[name].label, "error": error},
            )
    return False


def _do(request: UserRequest, step: Callable[[], object], done: str) -> None:
    try:
        step()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, done)
