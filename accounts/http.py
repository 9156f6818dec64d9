from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """A request of somebody logged in, which is every request but the log-in's own."""

    user: User
    htmx: HtmxDetails


def query_text(facts: Mapping[str, str], name: str) -> str:
    """What was typed, without the NUL that no column of the database can hold."""
    return facts.get(name, "").replace("\x00", "").strip()


def client_address(request: HttpRequest) -> str:
    """Where the request comes from: what the trusted proxy saw, if there is one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.BEHIND_PROXY and forwarded:
        # The last entry is the proxy's own; those before it anybody may have written.
        return str(forwarded.rpartition(",")[2].strip())
    return str(request.META.get("REMOTE_ADDR", ""))
