from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """A request of somebody logged in, which is every request but the log-in's own."""

    user: User
    htmx: HtmxDetails
