"""The keys that programs send as `Authorization: Token …`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

if TYPE_CHECKING:
    from accounts.models import User


def expires_at(token: Token) -> datetime | None:
    """None where keys do not expire."""
    days = settings.API_KEY_DAYS
    return token.created + timedelta(days=days) if days else None


def forget_expired_keys() -> int:
    """Delete keys that open nothing any more; how many there were."""
    if not settings.API_KEY_DAYS:
        return 0
    oldest = timezone.now() - timedelta(days=settings.API_KEY_DAYS)
    return Token.objects.filter(created__lte=oldest).delete()[0]


class KeyAuthentication(TokenAuthentication):
    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        user, token = super().authenticate_credentials(key)
        end = expires_at(token)
        if end is not None and end <= timezone.now():
            raise AuthenticationFailed(_("This key has expired: get a new one."))
        return user, token
