"""The Idempotency-Key of a request that hands something in."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.models import UploadBatch
from crm.uploads import services
from crm.uploads.api.problems import Refused, refused
from crm.uploads.json_rows import RowsError

MAX_LENGTH = 100
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_LENGTH}}}")


def key_of(request: Request) -> str:
    """The key, with or without the quotes of the draft; "" when none was sent."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return ""
    bare = sent.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not _KEY.fullmatch(bare):
        raise Refused("key_malformed", limit=MAX_LENGTH)
    return bare


def fingerprint(*parts: str | bytes) -> str:
    """Tells what was sent from anything else that could have been."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8))
        digest.update(content)
    return digest.hexdigest()


def answer_once(
    request: Request,
    *,
    by: User,
    sha256: str,
    receive: Callable[[], UploadBatch],
    answer: Callable[[UploadBatch], dict[str, Any]],
    status_code: int,
) -> Response:
    """Receive and answer, unless that was done under the request's key: as then."""
    try:
        made = services.once(
            key_of(request),
            by=by,
            sha256=sha256,
            receive=receive,
            answer=answer,
            status_code=status_code,
        )
    except services.InProgressError as error:
        raise Refused("in_progress") from error
    except services.KeyReusedError as error:
        raise Refused("key_reused") from error
    except (RowsError, ValidationError) as error:
        raise refused(error) from error
    path = reverse("api:upload-detail", args=[made.batch.pk])
    headers = {"Location": request.build_absolute_uri(path)}
    if made.is_said_again:
        headers["Idempotent-Replayed"] = "true"
    return Response(made.content, status=made.status_code, headers=headers)
