from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions, register_name, register_page


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        register_page("complaints.case", "complaints:detail")
        register_name("complaints.case", "number", url_name="complaints:detail")
        register_name(
            "complaints.transfer",
            "case__number",
            url_name="complaints:detail",
            key="case_id",
        )
        register_actions(
            {
                "case.opened": _("{by} opened case {number}: {subject}"),
                "case.transferred": _("{by} handed case {number} to {to}"),
                "case.accepted": _("{to}: {by} accepted case {number}"),
                "case.returned": _("{to}: {by} returned case {number}: {reason}"),
                "case.answered": _("{to}: {by} answered case {number}"),
                "case.solved": _("{by} answered case {number} for the centre"),
                "case.contacted": _("{by} spoke with the customer of case {number}"),
                "case.closed": _(
                    "{by} closed case {number}: the customer says it is solved"
                ),
                "case.not_solved": _(
                    "Case {number} is not solved, the customer told {by}:"
                    " round {round} begins"
                ),
                "case.raised_to_escalated": _(
                    "{by} raised case {number} to the level “escalated”"
                ),
                "case.raised_to_major": _(
                    "{by} raised case {number} to the level “major”"
                ),
                "case.raised_to_crisis": _(
                    "{by} raised case {number} to the level “crisis”"
                ),
            }
        )
