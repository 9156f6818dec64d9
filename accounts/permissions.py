from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from accounts.http import UserRequest
from accounts.models import User
from accounts.roles import Role

View = Callable[..., HttpResponseBase]


def require_role(user: User, *roles: Role) -> None:
    """Raise PermissionDenied (a 403) unless the user has one of the roles."""
    if not user.has_role(*roles):
        raise PermissionDenied


def role_required(*roles: Role) -> Callable[[View], View]:
    """Open a view to these roles only; others get a 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: UserRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            require_role(request.user, *roles)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
