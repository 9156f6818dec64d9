"""Why rows stay when their file is taken back, in the reader's language."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, Any] = {
    "corrected": _("corrected since by upload {detail}"),
    "repeated": _("said again since by upload {detail}, which stands"),
    "owners_changed": _("the owners of the car have changed since"),
    "built_on": _("there is already something about it: {detail}"),
    "merged": _("its customer has become one with another since"),
    "touched": _("its customer has been called since"),
    "gone": _("what it said before is no longer there"),
    "tied": _("it is about the same car as {detail}, which stays"),
}


def why_kept(reason: str, detail: str) -> str:
    if reason == "built_on":
        detail = str(apps.get_model(detail)._meta.verbose_name)
    return str(_REASONS[reason]).format(detail=detail)
