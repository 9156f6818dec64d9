"""Bodies are read up to a limit, and kept as they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from crm.uploads.api.problems import Refused


class RawJSON(BaseParser):
    """The bytes of a JSON body, as `sent`: `json_rows` reads them."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        most = settings.API_ROWS_MAX_BYTES
        content: bytes = stream.read(most + 1)
        if len(content) > most:
            raise Refused("too_large", limit=most // (1024 * 1024))
        return {"sent": content}


class FileForm(MultiPartParser):
    """A form with a file, told at its first byte that it is too large."""

    # The form's other fields, and what parts its parts.
    ROOM = 64 * 1024

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        most = settings.UPLOAD_MAX_BYTES
        request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > most + self.ROOM:
            raise Refused("too_large", limit=most // (1024 * 1024))
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, SuspiciousOperation) as error:
            raise Refused("form_malformed") from error
