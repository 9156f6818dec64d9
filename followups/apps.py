from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions, register_name, register_page


class FollowupsConfig(AppConfig):
    name = "followups"
    verbose_name = _("Follow-ups")

    def ready(self) -> None:
        # Receivers and services need the models, which are loaded by now.
        from complaints.signals import case_answered  # noqa: PLC0415
        from crm.signals import records_reverting  # noqa: PLC0415
        from followups import receivers  # noqa: PLC0415

        case_answered.connect(receivers.check_answered_case)
        records_reverting.connect(receivers.drop_tasks_of_reverted_records)
        register_page("followups.task", "followups:task")
        register_name("followups.task", "customer__name", url_name="followups:task")
        register_actions(
            {
                "task.connected": _("{by} spoke with {customer} (try {number})"),
                "task.no_answer": _("{by} rang {customer} (try {number}): no answer"),
                "task.wrong_number": _(
                    "{by} rang {customer} (try {number}): wrong number"
                ),
                "task.refused": _("{by} rang {customer} (try {number}): refused"),
                "task.call_back": _(
                    "{by} rang {customer} (try {number}), who asked to be called back"
                ),
                "task.taken": _("{by} took the call to {customer}"),
                "task.again": _("{by} wants {customer} to be called again"),
                "task.released": _("{by} gave back the task of {agent}"),
                "call_back.promised": _("{by} promised to call back at {at}"),
                "phone.wrong": _(
                    "{by} found a wrong number: {name}, {number}, record {record}"
                ),
                "customer.do_not_call": _("{name} asked not to be called any more"),
                "case.not_checked": _(
                    "Case {number}: {customer} could not be asked whether it is settled"
                ),
                "case.told_settled_late": _(
                    "Case {number}, which has moved on since: {customer} told {by} "
                    "that round {round} is settled"
                ),
                "case.told_unsettled_late": _(
                    "Case {number}, which has moved on since: {customer} told {by} "
                    "that round {round} is not settled"
                ),
            }
        )
