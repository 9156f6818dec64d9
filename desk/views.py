from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/home.html", {"title": _("My desk")})


def search(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/home.html", {"title": _("Customers")})
