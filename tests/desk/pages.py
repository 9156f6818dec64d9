from crm.merging import merge_customers
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


def two_of_them(places, cast):
    return [customer(places, cast)[0], customer(places, cast)[0]]


def a_merge(places, cast):
    kept, merged = CustomerFactory(), CustomerFactory()
    return [merge_customers(kept, merged, by=cast.leader).pk]


LEADERS = {"leader", "manager", "administrator"}
BOARD_READERS = {
    *("agent", "colleague", "leader", "manager", "administrator"),
    *("regional", "reviewer", "other_reviewer"),
}

PAGES = [
    Page("desk:duplicates", allowed=CENTRE, forbidden=EVERYBODY - CENTRE),
    Page("desk:merge", allowed=CENTRE, forbidden=EVERYBODY - CENTRE, args=two_of_them),
    *(
        Page(name, allowed=LEADERS, forbidden=EVERYBODY, args=args, method=method)
        for name, args, method in (
            ("desk:merge_with", customer, "get"),
            ("desk:not_the_same", two_of_them, "post"),
            ("desk:merge_undo", a_merge, "post"),
        )
    ),
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
