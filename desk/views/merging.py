from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest, query_text
from accounts.permissions import require_role, role_required
from accounts.roles import CENTRE
from crm.duplicates import dismiss
from crm.merging import merge_customers, undo_merge
from crm.models import Customer, DuplicatePair, Merge
from crm.permissions import MERGERS, may_merge
from crm.search import find_customers
from desk.comparing import better_known, compare
from desk.views.search import for_list

PAGE = 20


@role_required(*CENTRE)
def duplicates(request: UserRequest) -> HttpResponse:
    """Customers who are probably one, the surest first."""
    pairs = DuplicatePair.objects.visible_to(request.user).to_look_at()
    rows = pairs.select_related("first", "second").prefetch_related(
        "first__phones", "second__phones"
    )
    context = {
        "title": _("Customers found twice"),
        "subtitle": _(
            "Probably one and the same: compare them, then merge them or say that they "
            "are two."
        ),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "desk/duplicates.html", context)


@role_required(*CENTRE)
def merge(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """Two customers side by side, for a leader to say that they are one."""
    left, right = two(request, pk, other)
    if left == right:
        messages.info(request, _("These two are one already."))
        return redirect("desk:customer", left.pk)
    if request.method == "POST":
        return merged(request, left, right)
    pairs = DuplicatePair.objects.visible_to(request.user).filter(
        first_id=min(left.pk, right.pk), second_id=max(left.pk, right.pk)
    )
    context = {
        "title": _("Are these two one customer?"),
        "left": left,
        "right": right,
        "pair": pairs.select_related("dismissed_by").first(),
        "lines": compare(left, right),
        "keep": better_known(left, right),
        "may_merge": may_merge(request.user),
    }
    return render(request, "desk/merge.html", context)


def merged(request: UserRequest, left: Customer, right: Customer) -> HttpResponse:
    require_role(request.user, *MERGERS)
    kept, other = left, right
    if request.POST.get("keep") == str(right.pk):
        kept, other = right, left
    try:
        done = merge_customers(kept, other, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("desk:merge", left.pk, right.pk)
    page = reverse("desk:customer", args=[kept.pk])
    return redirect(f"{page}?merge={done.pk}")


@require_POST
@role_required(*MERGERS)
def not_the_same(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """They are two people, and are not listed as one again."""
    left, right = two(request, pk, other)
    try:
        dismiss(left, right, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("%(one)s and %(other)s are two: they are not listed again.")
            % {"one": left.name, "other": right.name},
        )
    return redirect("desk:duplicates")


@require_POST
@role_required(*MERGERS)
def merge_undo(request: UserRequest, pk: int) -> HttpResponse:
    """Separate two customers again, each with what was theirs."""
    seen = Merge.objects.visible_to(request.user)
    done = get_object_or_404(seen.select_related("kept", "merged"), pk=pk)
    try:
        undo_merge(done, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("%(merged)s and %(kept)s are two again.")
            % {"merged": done.merged.name, "kept": done.kept.name},
        )
    return redirect("desk:customer", done.kept_id)


@role_required(*MERGERS)
def merge_with(request: UserRequest, pk: int) -> HttpResponse:
    """Look for the other one by number, name or car."""
    seen = Customer.objects.visible_to(request.user)
    person = get_object_or_404(seen.known_as(pk))
    text = query_text(request.GET, "q")
    found = find_customers(text, request.user).exclude(pk=person.pk)
    context: dict[str, Any] = {
        "title": _("Merge %(name)s with…") % {"name": person.name},
        "customer": person,
        "text": text,
        "page": Paginator(for_list(found, request.user), PAGE).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "desk/merge_with.html", context)


def two(request: UserRequest, pk: int, other: int) -> tuple[Customer, Customer]:
    seen = Customer.objects.visible_to(request.user).prefetch_related(
        "phones", "ownerships__vehicle"
    )
    return (
        get_object_or_404(seen.known_as(pk)),
        get_object_or_404(seen.known_as(other)),
    )
