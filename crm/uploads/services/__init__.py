"""The life of a batch, a noun a file; see docs/uploads.md."""

from crm.uploads.services.cancelling import cancel_batch
from crm.uploads.services.daily import (
    OLDEST,
    check_day,
    hand_in_day,
    reopen_day,
    report_nil,
)
from crm.uploads.services.mapping import match_columns
from crm.uploads.services.mending import mend_batch
from crm.uploads.services.once import (
    InProgressError,
    KeyReusedError,
    forget_keys,
    once,
)
from crm.uploads.services.owing import OWING, open_days, remind_owing
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
from crm.uploads.services.returning import return_rows
from crm.uploads.services.reverting import preview_revert, revert_batch
from crm.uploads.services.reviewing import (
    approve_batch,
    approve_many,
    return_batch,
    submit_batch,
)
from crm.uploads.services.rows import receive_rows
from crm.uploads.services.stray import remove_stray_files

__all__ = [
    "HANDED_IN_BY",
    "OLDEST",
    "OWING",
    "InProgressError",
    "KeyReusedError",
    "approve_batch",
    "approve_many",
    "cancel_batch",
    "check_day",
    "check_may_hand_in",
    "columns_by_need",
    "forget_keys",
    "hand_in_day",
    "log_download",
    "match_columns",
    "mend_batch",
    "once",
    "open_days",
    "post_batch",
    "preview_revert",
    "read_batch",
    "receive_file",
    "receive_rows",
    "remind_owing",
    "remove_stray_files",
    "reopen_day",
    "report_nil",
    "resume_left_over",
    "return_batch",
    "return_rows",
    "revert_batch",
    "submit_batch",
]
