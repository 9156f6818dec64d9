from tests.access import EVERYBODY, Page

BOARD_READERS = {
    *("agent", "colleague", "leader", "manager", "administrator"),
    *("regional", "reviewer", "other_reviewer"),
}

PAGES = [
    Page("desk:home", allowed=EVERYBODY),
    Page("desk:search", allowed=EVERYBODY),
    Page("desk:boards", allowed=BOARD_READERS, forbidden=EVERYBODY),
    Page(
        "desk:board",
        allowed=BOARD_READERS,
        forbidden=EVERYBODY,
        args=lambda places, cast: ["complaint"],
    ),
]
