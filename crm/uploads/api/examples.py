"""An example of every answer, for the schema; tests compare them with real ones."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

HOST = "https://crm.example.com"

SALE = {
    "sale_no": "XS20260302001",
    "buyer": "王小明",
    "phone": "13800138000",
    "vin": "LSVAA49J2F2000001",
    "model": "Aurora 1.5T",
    "price": 150000.00,
    "invoiced_on": "2026-03-02",
    "delivered_on": "2026-03-02",
}
REPAIR = {
    "order_no": "WX20260302001",
    "vin": "LSVAA49J2F2000001",
    "customer": "王小明",
    "phone": "13800138000",
    "kind": "maintenance",
    "in_at": "2026-03-02 09:10",
    "out_at": "2026-03-02 11:40",
    "mileage": 12000,
    "total": 480,
}
SENT: dict[str, dict[str, Any]] = {
    "sales": {
        "day": "2026-03-02",
        "submit": True,
        "rows": [
            SALE,
            {**SALE, "sale_no": "XS20260302002", "vin": "LSVAA49J2F2O00001"},
        ],
    },
    "repairs": {
        "day": "2026-03-02",
        "rows": [
            REPAIR,
            {**REPAIR, "order_no": "WX20260302002", "vin": "LSVAA49J2F2O00001"},
        ],
    },
}
BAD_ROW = {
    "row": 2,
    "number": "XS20260302002",
    "outcome": "refused",
    "errors": [
        {
            "code": "vin_letters",
            "field": "vin",
            "message": "a VIN never holds the letters I, O or Q: LSVAA49J2F2O00001",
        }
    ],
    "warnings": [],
}
GOOD_ROW = {
    "row": 1,
    "number": "XS20260302001",
    "outcome": "new",
    "errors": [],
    "warnings": [],
}
BATCH = {
    "id": 812,
    "url": f"{HOST}/api/uploads/812/",
    "kind": "sales",
    "organisation": "D1",
    "channel": "api",
    "day": "2026-03-02",
    "file_name": "sales-2026-03-02.json",
    "status": "submitted",
    "rest_of": None,
    "submits_itself": True,
    "uploaded_at": "2026-03-02T16:58:12.401233+08:00",
    "submitted_at": "2026-03-02T16:58:12.803120+08:00",
    "reviewed_at": None,
    "return_reason": "",
    "posted_at": None,
    "rows_total": 2,
    "rows_accepted": 1,
    "rows_rejected": 1,
    "rows_warned": 0,
    "rows_posted": 0,
    "rows_corrected": 0,
}
DETAIL = {
    **BATCH,
    "refusal": None,
    "progress": None,
    "effects": {"new": 1, "changed": 0, "unchanged": 0},
    "preview": {
        "cars": {"new": 1, "changed": 0, "unchanged": 0},
        "owners": {"changed": 0},
        "records": {"new": 1, "changed": 0, "unchanged": 0},
        "customers": {"new": 1, "changed": 0, "unchanged": 0},
    },
    "notes": [],
    "links": {
        "rows": f"{HOST}/api/uploads/812/rows/",
        "submit": f"{HOST}/api/uploads/812/submit/",
        "cancel": f"{HOST}/api/uploads/812/cancel/",
        "page": f"{HOST}/uploads/812/",
    },
}
FILE = {**DETAIL, "file_name": "日报.xlsx"}
UNREAD = {
    **FILE,
    "status": "received",
    "submitted_at": None,
    "rows_total": 0,
    "rows_accepted": 0,
    "rows_rejected": 0,
    "effects": {"new": 0, "changed": 0, "unchanged": 0},
    "preview": {},
}


def answer(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True)


CHECKED = {
    "sales": answer("One taken, one refused", {**DETAIL, "rows": [GOOD_ROW, BAD_ROW]}),
    "repairs": answer(
        "One taken, one refused",
        {
            **DETAIL,
            "kind": "repairs",
            "organisation": "S1",
            "file_name": "repairs-2026-03-02.json",
            "rows": [
                {**GOOD_ROW, "number": "WX20260302001"},
                {**BAD_ROW, "number": "WX20260302002"},
            ],
        },
    ),
}
RECEIVED = answer("Just kept", UNREAD)
READING = answer(
    "Being read",
    {
        **UNREAD,
        "progress": {
            "stage": "reading",
            "rows_done": 42000,
            "rows_total": 100000,
            "seconds_left": 9,
            "is_stopping": False,
        },
    },
)
DONE = answer("Checked and handed in", FILE)
CANCELLED = answer("Taken back", {**FILE, "status": "cancelled"})
REFUSED = answer(
    "Refused whole",
    {
        **UNREAD,
        "status": "refused",
        "refusal": {
            "code": "password",
            "message": "The file is protected by a password. Save it without one and "
            "send it again.",
        },
    },
)


def problem(code: str, detail: str, **more: Any) -> OpenApiExample:
    return answer(code, {"code": code, "detail": detail, **more})


BAD_ROWS = [
    problem(
        "unknown_fields",
        "These fields are not known: vim, colour2.",
        fields=["vim", "colour2"],
    ),
    problem("malformed", "This is not JSON: look at line 1, character 42."),
    problem(
        "value_malformed",
        "Row 3: phone must be a text, a number or null.",
        row=3,
        fields=["phone"],
    ),
    problem("too_many_rows", "More than 5000 rows were sent at once. Split them."),
]
BAD_FORM = [
    problem("file_needed", "Send the file as the part “file” of a multipart form."),
    problem("day_malformed", "The day must be written as 2026-03-02."),
]
NO_KEY = problem("not_authenticated", "Authentication credentials were not provided.")
NO_HAND_IN = problem("no_hand_in", "You hand in no files.")
WRONG_KIND = problem("wrong_kind", "Dealer 1 does not hand in repairs.")
FORBIDDEN = problem(
    "permission_denied", "You do not have permission to perform this action."
)
NOT_FOUND = problem("not_found", "Not found.")
NOT_NOW = problem("not_now", "Upload 812 is already at “Posted”.")
IN_PROGRESS = problem(
    "in_progress", "What was sent under this key first is still being worked on."
)
KEY_REUSED = problem(
    "key_reused", "Something else was sent under this key before. Use a new key."
)
TOO_LARGE = problem("too_large", "More than 10 MB were sent at once. Split them.")
OTHER_TYPE = problem(
    "unsupported_media_type", 'Unsupported media type "text/csv" in request.'
)
THROTTLED = problem(
    "throttled", "Request was throttled. Expected available in 7 seconds."
)
