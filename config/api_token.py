from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import viewer
from accounts.authentication import expires_at, forget_expired_keys


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(
        max_length=128, trim_whitespace=False, style={"input_type": "password"}
    )


class TokenView(APIView):
    """The key that programs send as `Authorization: Token …`, until it expires."""

    serializer_class = Credentials
    throttle_scope = "login"

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated() if self.request.method == "DELETE" else AllowAny()]

    def get_throttles(self) -> list[Any]:
        return super().get_throttles() if self.request.method == "POST" else []

    @extend_schema(
        tags=["Token"],
        summary="Log in: the user's key, made when there is none yet",
        request=Credentials,
        responses=inline_serializer(
            "Token",
            {
                "token": serializers.CharField(),
                "expires_at": serializers.DateTimeField(allow_null=True),
            },
        ),
        auth=[],
        examples=[
            OpenApiExample(
                "Name and password",
                value={"username": "alice", "password": "secret"},
                request_only=True,
            ),
            OpenApiExample(
                "The key",
                value={
                    "token": "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
                    "expires_at": "2027-03-02T09:30:00+08:00",
                },
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        form = Credentials(data=request.data)
        form.is_valid(raise_exception=True)
        # With the request the lockout counts this log-in like one on the page.
        user = authenticate(request=request, **form.validated_data)
        if getattr(request, "axes_locked_out", False):
            raise Throttled(detail="Too many failed log-ins; wait 15 minutes.")
        if user is None:
            raise ValidationError({"detail": "Wrong user name or password."})
        forget_expired_keys()
        token, _made = Token.objects.get_or_create(user=user)
        return Response({"token": token.key, "expires_at": expires_at(token)})

    @extend_schema(
        tags=["Token"],
        summary="Revoke the user's key",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        Token.objects.filter(user=viewer(request)).delete()
        return Response(status=204)
