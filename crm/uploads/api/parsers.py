"""Bodies are read up to a limit, and kept as they were sent."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

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
