from tests.access import Page
from tests.cast import Cast, Places
from tests.factories.followups import SoldFactory, in_hand

CALLERS = {"agent", "colleague", "leader"}
CENTRE = CALLERS | {"manager", "administrator"}
# Theirs to know of, as the sale is their dealer's, but not to call.
AROUND = {"regional", "reviewer", "clerk", "editor"}


def task_of_alice(places: Places, cast: Cast) -> list[int]:
    sale = SoldFactory(dealer=places.dealer)
    return [in_hand(cast.agent, sale=sale).pk]


EVERYBODY_ELSE = {
    "handler", "other_handler", "station_clerk", "other_reviewer", "outsider",
}  # fmt: skip

PAGES = [
    Page("followups:tasks", allowed=CENTRE, forbidden=AROUND | EVERYBODY_ELSE),
    Page(
        "followups:take",
        allowed=CALLERS,
        forbidden={"manager", "administrator"} | AROUND | EVERYBODY_ELSE,
        method="post",
    ),
    Page("followups:task", allowed=CENTRE, forbidden=AROUND, args=task_of_alice),
    Page(
        "followups:attempt",
        allowed={"agent"},
        forbidden=(CENTRE - {"agent"}) | AROUND,
        args=task_of_alice,
        method="post",
    ),
    Page(
        "followups:release",
        # The first of them releases it, and the rest are told that nobody has it;
        # test_call_page.py asks what a colleague gets before that.
        allowed=CENTRE,
        forbidden=AROUND,
        args=task_of_alice,
        method="post",
    ),
    Page(
        "followups:again",
        allowed=CENTRE,
        forbidden=AROUND,
        args=task_of_alice,
        method="post",
    ),
]
