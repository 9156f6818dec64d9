"""The life of a batch, a noun a file; see docs/uploads.md."""

from crm.uploads.services.cancelling import cancel_batch
from crm.uploads.services.posting import post_batch
from crm.uploads.services.receiving import (
    HANDED_IN_BY,
    columns_by_need,
    log_download,
    read_batch,
    receive_file,
)
from crm.uploads.services.resuming import resume_left_over
from crm.uploads.services.reviewing import approve_batch, return_batch, submit_batch

__all__ = [
    "HANDED_IN_BY",
    "approve_batch",
    "cancel_batch",
    "columns_by_need",
    "log_download",
    "post_batch",
    "read_batch",
    "receive_file",
    "resume_left_over",
    "return_batch",
    "submit_batch",
]
