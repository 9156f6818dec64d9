"""Which roles hear of a clock that an upper room starts, where not the usual ones do.

Registered by an app as it starts, so this knows no models.
"""

from collections.abc import Iterable

from accounts.roles import Role

_due: dict[str, frozenset[str]] = {}
_alarm: dict[str, frozenset[str]] = {}


def register_readers(
    subject_type: str, *, due: Iterable[Role], alarm: Iterable[Role]
) -> None:
    """Of clocks about `subject_type` (`app.model` in lower case) hear, once they are
    due and once they are long overdue, those with these roles at the organisation the
    clock is charged to or above it; nobody before."""
    _due[subject_type] = frozenset(due)
    _alarm[subject_type] = frozenset(alarm)


def is_registered(subject_type: str) -> bool:
    return subject_type in _due


def roles_told(
    subject_type: str, *, is_due: bool, is_long_overdue: bool
) -> frozenset[str]:
    """What is long overdue is told to those who heard that it was due, too."""
    roles: frozenset[str] = frozenset()
    if is_due:
        roles |= _due[subject_type]
    if is_long_overdue:
        roles |= _alarm[subject_type]
    return roles


def registered_roles() -> frozenset[str]:
    return frozenset().union(*_due.values(), *_alarm.values())
