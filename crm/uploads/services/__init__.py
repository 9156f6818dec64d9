"""The life of a batch, a noun a file; see docs/uploads.md."""

from crm.uploads.services.cancelling import cancel_batch
from crm.uploads.services.once import (
    Answer,
    InProgressError,
    KeyReusedError,
    forget_keys,
    once,
)
from crm.uploads.services.posting import post_batch
from crm.uploads.services.receiving import (
    HANDED_IN_BY,
    check_may_hand_in,
    columns_by_need,
    log_download,
    read_batch,
    receive_file,
)
from crm.uploads.services.resuming import resume_left_over
from crm.uploads.services.reviewing import approve_batch, return_batch, submit_batch
from crm.uploads.services.rows import receive_rows

__all__ = [
    "HANDED_IN_BY",
    "Answer",
    "InProgressError",
    "KeyReusedError",
    "approve_batch",
    "cancel_batch",
    "check_may_hand_in",
    "columns_by_need",
    "forget_keys",
    "log_download",
    "once",
    "post_batch",
    "read_batch",
    "receive_file",
    "receive_rows",
    "resume_left_over",
    "return_batch",
    "submit_batch",
]
