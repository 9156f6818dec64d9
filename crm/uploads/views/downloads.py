"""Files to take away: who took which is kept, as they hold whole numbers."""

from collections.abc import Iterable, Iterator
from io import BytesIO

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import UserRequest
from crm.uploads import services
from crm.uploads.mending.workbook import refused_csv, write_refused
from crm.uploads.views.steps import opened_batch


@require_GET
def batch_errors(request: UserRequest, pk: int) -> HttpResponseBase:
    """The refused rows with the reasons beside them: a workbook, or CSV on request."""
    shown = opened_batch(request, pk)
    services.log_download(shown, by=request.user)
    if request.GET.get("as") == "csv":
        return _download(
            (line.encode() for line in refused_csv(shown)),
            _("refused-%(number)s.csv") % {"number": shown.pk},
            content_type="text/csv; charset=utf-8",
        )
    content = BytesIO()
    write_refused(shown, content)
    content.seek(0)
    name = _("refused-%(number)s.xlsx") % {"number": shown.pk}
    return FileResponse(content, as_attachment=True, filename=name)


@require_GET
def batch_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file as it was sent; it holds whole numbers, so who took it is kept."""
    shown = opened_batch(request, pk)
    services.log_download(shown, by=request.user)
    return _download(_chunks(shown.file), shown.file_name)


@require_GET
def batch_mended(request: UserRequest, pk: int, file: int) -> HttpResponseBase:
    """A file of mended rows as it was sent."""
    shown = opened_batch(request, pk)
    mended = get_object_or_404(shown.mended_files.defer("content"), pk=file)
    services.log_download(shown, by=request.user)
    return _download(_chunks(mended.file), mended.file_name)


def _chunks(file: FieldFile) -> Iterator[bytes]:
    with file.open() as content:
        yield from content.chunks()


def _download(
    content: Iterable[bytes],
    name: str,
    content_type: str = "application/octet-stream",
) -> StreamingHttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return StreamingHttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": disposition},
    )
