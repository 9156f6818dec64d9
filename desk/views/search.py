from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Max, OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import UserRequest, query_text
from accounts.models import User
from accounts.permissions import role_required
from accounts.roles import CENTRE
from crm.models import Interaction, Ownership, Vehicle
from crm.phones import PhoneError, parse
from crm.querysets import CustomerQuerySet
from crm.search import find_customers
from crm.services import create_customer
from desk.forms import CustomerForm


def search(request: UserRequest) -> HttpResponse:
    """Who is calling? One hit goes straight to the customer."""
    text = query_text(request.GET, "q")
    found = find_customers(text, request.user)
    page = Paginator(for_list(found, request.user), 20).get_page(
        request.GET.get("page")
    )
    if page.paginator.count == 1:
        return redirect("desk:customer", page.object_list[0].pk)
    context = {
        "title": _("Customers"),
        "text": text,
        "number": text if is_number(text) else "",
        "page": page,
        "sees_calls": request.user.sees_everything,
    }
    return render(request, "desk/search.html", context)


def for_list(customers: CustomerQuerySet, user: User) -> CustomerQuerySet:
    """With what the table shows: numbers, present cars, and the last contact."""
    contacts = Interaction.objects.filter(customer=OuterRef("pk")).order_by()
    last = contacts.values("customer").annotate(at=Max("started_at")).values("at")
    seen = Vehicle.objects.visible_to(user)
    cars = Ownership.objects.filter(to_on=None, vehicle__in=seen).select_related(
        "vehicle"
    )
    return customers.annotate(last_contact=Subquery(last)).prefetch_related(
        "phones", Prefetch("ownerships", cars, to_attr="cars")
    )


def is_number(text: str) -> bool:
    try:
        return bool(parse(text))
    except PhoneError:
        return False


@role_required(*CENTRE)
def new_customer(request: UserRequest) -> HttpResponse:
    """Somebody rang whom nobody has handed in."""
    form = CustomerForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        try:
            made = create_customer(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("desk:customer", made.pk)
    context = {"title": _("New customer"), "form": form}
    return render(request, "desk/new_customer.html", context)
