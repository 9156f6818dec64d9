"""What the API refuses, each with a code that programs may rely on.

The words are in the language the caller asks for (Accept-Language); the codes stay.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException

from accounts.text import listed
from crm.uploads.json_rows import RowsError
from crm.uploads.problems import FileError

# 400 unless STATUS says otherwise. Words in {braces} come from the problem's params.
WORDING: dict[str, Any] = {
    "malformed": _("This is not JSON: look at line {line}, character {character}."),
    "not_utf8": _("The text is not in UTF-8."),
    "too_deep": _("Lists and objects are nested too deeply."),
    "not_a_number": _("{value} is not a number in JSON."),
    "not_text": _("A text holds a NUL or half of a character, which cannot be kept."),
    "named_twice": _("An object names the same field twice: {fields}."),
    "not_an_object": _('Send one JSON object: {{"rows": […]}}.'),
    "unknown_fields": _("These fields are not known: {fields}."),
    "rows_needed": _("“rows” must be a list of at least one row."),
    "too_many_rows": _("More than {limit} rows were sent at once. Split them."),
    "row_malformed": _("Row {row} is not an object."),
    "value_malformed": _("Row {row}: {fields} must be a text, a number or null."),
    "value_too_long": _("Row {row}: {fields} has more than {limit} characters."),
    "day_malformed": _("The day must be written as 2026-11-21."),
    "day_future": _("The day lies in the future."),
    "day_too_old": _("The day is more than {days} days ago."),
    "submit_malformed": _("“submit” must be true or false."),
    "kind_malformed": _("“kind” must be sales or repairs."),
    "organisation_malformed": _("“organisation” must be a code."),
    "organisation_needed": _("Say the code of the organisation."),
    "organisation_unknown": _("There is no organisation with the code {organisation}."),
    "file_needed": _("Send the file as the part “file” of a multipart form."),
    "form_malformed": _("The multipart form could not be read."),
    "length_needed": _("Say the length of the body (Content-Length)."),
    "key_malformed": _(
        "An Idempotency-Key has 1 to {limit} printable ASCII characters."
    ),
    "no_hand_in": _("You hand in no files."),
    "not_yours": _("You hand in for {organisation} only."),
    "in_progress": _("What was sent under this key first is still being worked on."),
    "key_reused": _("Something else was sent under this key before. Use a new key."),
    "too_large": _("More than {limit} MB were sent at once. Split them."),
}
STATUS = {
    "no_hand_in": 403,
    "not_yours": 403,
    "wrong_kind": 403,
    "inactive": 403,
    "not_now": 409,
    "in_progress": 409,
    "length_needed": 411,
    "too_large": 413,
    "key_reused": 422,
}
RETRY_AFTER = {"in_progress": 2}


class Refused(APIException):
    def __init__(self, code: str, message: str = "", /, **params: Any) -> None:
        shown = dict(params)
        if "fields" in shown:
            shown["fields"] = listed(shown["fields"])
        self.status_code = STATUS.get(code, 400)
        self.wait = RETRY_AFTER.get(code)
        message = message or str(WORDING[code]).format_map(shown)
        super().__init__(message, code)
        # REST framework would turn the numbers in it into text.
        self.detail: Any = {**params, "code": code, "detail": message}


def refused(error: RowsError | FileError | ValidationError) -> Refused:
    if isinstance(error, RowsError):
        return Refused(error.code, **error.params)
    if isinstance(error, FileError):
        return Refused(str(error.code), str(error))
    return Refused("not_now", " ".join(error.messages))
