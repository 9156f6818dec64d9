"""What is pressed on a case: each checks who, calls its service, and goes back."""

from collections.abc import Callable
from typing import Any

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
from complaints.views.cases import render_detail


@require_POST
def transfer(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return _submit(
        request,
        pk,
        "transfer_form",
        TransferForm(request.POST),
        lambda said: services.transfer_case(case, by=request.user, **said),
        lambda said: _("The case is handed to %(to)s.") % {"to": said["to"].name},
    )


@require_POST
def contact(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    _do(
        request,
        lambda: services.record_first_contact(case, by=request.user),
        lambda: _("The first contact is recorded."),
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
        lambda: _("The level is raised."),
    )
    return redirect("complaints:detail", pk)


@require_POST
def solve(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return _submit(
        request,
        pk,
        "solve_form",
        AnswerForm(request.POST, auto_id="solve_%s"),
        lambda said: services.answer_case(case, by=request.user, **said),
        lambda _said: _("Answered. The customer will be asked whether it is solved."),
    )


@require_POST
def verify(request: UserRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)

    def is_solved(said: dict[str, Any]) -> bool:
        return bool(said["satisfied"] == VerifyForm.SOLVED)

    return _submit(
        request,
        pk,
        "verify_form",
        VerifyForm(request.POST),
        lambda said: services.verify_case(
            case,
            by=request.user,
            satisfied=is_solved(said),
            note=said["note"],
            round=said["round"],
        ),
        lambda said: (
            _("The case is closed.") if is_solved(said) else _("The next round begins.")
        ),
    )


@require_POST
def accept(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    _do(
        request,
        lambda: services.accept_transfer(transfer, by=request.user),
        lambda: _("Accepted. Answer it before it is due."),
    )
    return redirect("complaints:detail", transfer.case_id)


@require_POST
def give_back(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    return _submit(
        request,
        transfer.case_id,
        "return_form",
        ReturnForm(request.POST),
        lambda said: services.return_transfer(transfer, by=request.user, **said),
        lambda _said: _("Returned to the centre."),
    )


@require_POST
def answer(request: UserRequest, pk: int) -> HttpResponse:
    transfer = _transfer(request, pk)
    return _submit(
        request,
        transfer.case_id,
        "answer_form",
        AnswerForm(request.POST),
        lambda said: services.answer_transfer(transfer, by=request.user, **said),
        lambda _said: _(
            "Answered. The centre will ask the customer whether it is solved."
        ),
    )


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


def _submit(
    request: UserRequest,
    case_id: int,
    name: str,
    form: forms.Form,
    step: Callable[[dict[str, Any]], object],
    done: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Take the step with what the form says; refused, show the page with the form."""
    if form.is_valid():
        said = form.cleaned_data
        if _do(request, lambda: step(said), lambda: done(said)):
            return redirect("complaints:detail", case_id)
    for field, errors in form.errors.items():
        for error in errors:
            messages.error(
                request,
                _("%(field)s: %(error)s")
                % {"field": form.fields[field].label, "error": error},
            )
    return render_detail(request, case_id, {name: form})


def _do(
    request: UserRequest, step: Callable[[], object], done: Callable[[], str]
) -> bool:
    try:
        step()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return False
    messages.success(request, done())
    return True
