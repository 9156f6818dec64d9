from tests.access import EVERYBODY, Page
from tests.factories.complaints import answered_case, handed_case

WORKERS = {"agent", "colleague", "leader", "manager"}
CENTRE = {*WORKERS, "administrator"}
HANDLERS = {"handler", "other_handler", "clerk", "station_clerk", "outsider"}
# Over the dealer that the case below concerns.
ABOVE = {"regional", "reviewer"}
READERS = {*CENTRE, *ABOVE, "handler"}


def case(places, cast):
    """About a dealer, handed to a department."""
    case, _ = handed_case(cast, places.department, organisation=places.dealer)
    return [case.pk]


def transfer(places, cast):
    _, transfer = handed_case(cast, places.department, organisation=places.dealer)
    return [transfer.pk]


def dealers_transfer(places, cast):
    _, transfer = handed_case(cast, places.dealer)
    return [transfer.pk]


def dealers_case(places, cast):
    return [answered_case(cast, places.dealer, cast.clerk).pk]


def for_the_centre(name):
    return Page(
        name, allowed=WORKERS, forbidden=READERS - WORKERS, args=case, method="post"
    )


def for_the_unit(name):
    return Page(
        name,
        allowed={"handler"},
        forbidden=READERS - {"handler"},
        args=transfer,
        method="post",
    )


LIST_READERS = {
    *CENTRE,
    *("regional", "reviewer", "other_reviewer", "handler", "other_handler"),
}

PAGES = [
    Page("complaints:cases", allowed=LIST_READERS, forbidden=EVERYBODY - LIST_READERS),
    Page("complaints:open", allowed=WORKERS, forbidden=EVERYBODY - WORKERS),
    Page("complaints:inbox", allowed=HANDLERS, forbidden=EVERYBODY - HANDLERS),
    Page("complaints:detail", allowed=READERS, args=case),
    Page("complaints:detail", allowed={*CENTRE, *ABOVE, "clerk"}, args=dealers_case),
    for_the_centre("complaints:transfer"),
    for_the_centre("complaints:contact"),
    for_the_centre("complaints:raise"),
    for_the_centre("complaints:solve"),
    for_the_centre("complaints:verify"),
    for_the_unit("complaints:accept"),
    for_the_unit("complaints:return"),
    for_the_unit("complaints:answer"),
    Page(
        "complaints:accept",
        allowed={"clerk"},
        forbidden={*CENTRE, *ABOVE},
        args=dealers_transfer,
        method="post",
    ),
]
