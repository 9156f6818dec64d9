from tests.access import EVERYBODY, Page
from tests.factories.crm import CustomerFactory, RepairFactory, SaleFactory

CENTRE = {"agent", "colleague", "leader", "manager", "administrator"}
TREE = {"regional", "reviewer", "clerk", "station_clerk"}


def customer(places, cast):
    """Bought from the dealer and serviced at the station of branch 1."""
    person = CustomerFactory()
    SaleFactory(dealer=places.dealer, customer=person)
    RepairFactory(station=places.station, customer=person)
    return [person.pk]


BOARD_READERS = {
    *("agent", "colleague", "leader", "manager", "administrator"),
    *("regional", "reviewer", "other_reviewer"),
}

PAGES = [
    Page("desk:home", allowed=EVERYBODY),
    Page("desk:mine", allowed=CENTRE, forbidden=EVERYBODY - CENTRE),
    Page("desk:search", allowed=EVERYBODY),
    Page("desk:boards", allowed=BOARD_READERS, forbidden=EVERYBODY),
    Page(
        "desk:board",
        allowed=BOARD_READERS,
        forbidden=EVERYBODY,
        args=lambda places, cast: ["complaint"],
    ),
    Page("desk:new_customer", allowed=CENTRE, forbidden=EVERYBODY - CENTRE),
    Page("desk:customer", allowed=CENTRE | TREE, args=customer),
    Page("desk:reveal", allowed=CENTRE | TREE, args=customer, method="post"),
    *(
        Page(
            f"desk:{name}",
            allowed=CENTRE,
            forbidden=EVERYBODY - CENTRE,
            args=customer,
            method=method,
        )
        for name, method in (
            ("interaction", "get"),
            ("promise", "post"),
            ("phone", "post"),
        )
    ),
]
