from datetime import date

from crm.models import DailyFile, UploadBatch
from crm.uploads.services import post_batch, submit_batch
from tests.access import Page
from tests.cast import Cast, Places
from tests.factories.mending import mended, sent
from tests.factories.uploads import a_sale, a_vin, at, received

CENTRE = {"agent", "colleague", "leader", "manager", "administrator"}
AGENTS = {"agent", "colleague"}
CLERKS = {"clerk", "station_clerk", "outsider"}
NO_FILES = {"handler", "other_handler", "editor"}
BRANCH = {"regional", "reviewer"}
# Those who see the batch of dealer D1; an editor of headquarters does, but has no role.
LOOKERS = CENTRE | BRANCH | {"clerk"}


def checked(places: Places, cast: Cast) -> list[int]:
    return [received(places.dealer, by=cast.clerk).pk]


def a_row(places: Places, cast: Cast) -> list[int]:
    """The header is in line 1."""
    return [*checked(places, cast), 2]


def mended_once(places: Places, cast: Cast) -> list[int]:
    batch = received(places.dealer, [a_sale(1, 车架号="")], by=cast.clerk)
    sent(places.dealer, mended(batch, row2={"车架号": a_vin(1)}))
    return [batch.pk, batch.mended_files.get().pk]


def submitted(places: Places, cast: Cast) -> list[int]:
    batch = received(places.dealer, by=cast.clerk)
    return [submit_batch(batch, by=cast.clerk).pk]


def owed(places: Places, cast: Cast) -> list[int]:
    day = date(2026, 3, 10)
    due_at = at("2026-03-10 17:30")
    made = DailyFile.objects.create(organisation=places.dealer, day=day, due_at=due_at)
    return [made.pk]


def posted(places: Places, cast: Cast) -> list[int]:
    [pk] = submitted(places, cast)
    UploadBatch.objects.filter(pk=pk).update(status="approved")
    post_batch(pk)
    return [pk]


PAGES = [
    *(
        Page(
            name,
            allowed=(CENTRE - {"agent", "colleague"})
            | BRANCH
            | CLERKS
            | {"other_reviewer"},
            forbidden=NO_FILES | {"agent", "colleague"},
        )
        for name in ("crm:daily", "crm:daily_csv")
    ),
    Page("crm:daily_file", allowed=LOOKERS, forbidden={"editor"}, args=owed),
    Page(
        "crm:daily_nil",
        allowed={"clerk"},
        forbidden=CENTRE | BRANCH | {"editor"},
        args=owed,
        method="post",
    ),
    Page(
        "crm:uploads",
        allowed=CENTRE | BRANCH | CLERKS | {"other_reviewer"},
        forbidden=NO_FILES,
    ),
    Page(
        "crm:upload",
        allowed=CLERKS,
        forbidden=CENTRE | BRANCH | NO_FILES | {"other_reviewer"},
    ),
    *(
        Page(name, allowed=LOOKERS, forbidden={"editor"}, args=checked)
        for name in ("crm:batch", "crm:batch_progress")
    ),
    *(
        Page(
            name,
            allowed=LOOKERS - AGENTS,
            forbidden=AGENTS | {"editor"},
            args=args,
        )
        for name, args in (
            ("crm:batch_errors", checked),
            ("crm:batch_file", checked),
            ("crm:batch_mended", mended_once),
            ("crm:batch_rows", checked),
            ("crm:batch_row", a_row),
        )
    ),
    Page(
        "crm:batch_columns",
        allowed={"clerk"},
        forbidden=CENTRE | BRANCH | {"editor"},
        args=checked,
    ),
    Page(
        "crm:batch_submit",
        allowed={"clerk"},
        forbidden=CENTRE | BRANCH | {"editor"},
        args=checked,
        method="post",
    ),
    Page(
        "crm:batch_cancel",
        allowed={"clerk"},
        forbidden=CENTRE | BRANCH | {"editor"},
        args=checked,
        method="post",
    ),
    *(
        Page(
            name,
            allowed=BRANCH | {"administrator"},
            forbidden=(CENTRE - {"administrator"}) | {"clerk", "editor"},
            args=submitted,
            method="post",
        )
        for name in ("crm:batch_approve", "crm:batch_return", "crm:return_rows")
    ),
    Page(
        "crm:approve_many",
        allowed=BRANCH | {"administrator", "other_reviewer"},
        forbidden=(CENTRE - {"administrator"}) | CLERKS | NO_FILES,
        method="post",
    ),
    *(
        Page(
            "crm:batch_revert",
            allowed=BRANCH | {"administrator"},
            forbidden=(CENTRE - {"administrator"}) | {"clerk", "editor"},
            args=posted,
            method=method,
        )
        for method in ("get", "post")
    ),
]
