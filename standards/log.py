"""What the business log says about clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from standards.models import Standard
from standards.readings import moment

Describe = Callable[[Mapping[str, Any]], str]


def about_clock(words: Promise) -> Describe:
    """`words` with the metric and the due time as the reader wants to see them."""

    def describe(data: Mapping[str, Any]) -> str:
        metric = Standard.Metric(data["metric"]).label
        due = moment(datetime.fromisoformat(data["due"])) if data.get("due") else ""
        names = {"metric": metric, "due": due, "by": data["by"]}
        return str(words).format(**names, reason=data.get("reason", ""))

    return describe


WORDING = {
    "clock.warned": about_clock(_("“{metric}” is nearly due: {due}")),
    "clock.overdue": about_clock(_("“{metric}” is overdue since {due}")),
    "clock.alarmed": about_clock(_("“{metric}” is long overdue, since {due}")),
    "clock.paused": about_clock(_("{by} paused “{metric}”: {reason}")),
    "clock.resumed": about_clock(_("{by} let “{metric}” run on; due {due}")),
}
