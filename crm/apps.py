from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import (
    register_actions,
    register_mailed,
    register_name,
    register_page,
)
from accounts.roles import Role
from standards.telling import register_readers


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and vehicles")

    def ready(self) -> None:
        register_page("crm.uploadbatch", "crm:batch")
        register_mailed(
            "daily_file.due_soon",
            "upload.submitted",
            "upload.approved",
            "upload.approved_by_rule",
            "upload.returned",
            "upload.rows_returned",
            "upload.posted",
            "upload.refused",
            "upload.unmatched",
            "upload.reverted",
        )
        register_page("crm.dailyfile", "crm:daily_file")
        register_name("crm.dailyfile", "organisation__name", url_name="crm:daily_file")
        register_readers(
            "crm.dailyfile",
            due=(Role.DEALER_CLERK, Role.STATION_CLERK, Role.BRANCH_REVIEWER),
            alarm=(Role.REGIONAL_MANAGER,),
        )
        register_actions(
            {
                "daily_file.due_soon": _(
                    "The daily file of {organisation} is due by {time}"
                ),
                "daily_file.nil": _("{by} reported that there is nothing for {day}"),
                "daily_file.reopened": _("{organisation} owes the file of {day} again"),
                "customer.created": _("{by} added the customer {name}"),
                "customer.phone_added": _("{by} added a telephone number"),
                "customer.revealed": _("{by} was shown the full numbers"),
                "customer.merged": _("{by} merged {merged} into {kept}"),
                "customer.merge_undone": _("{by} separated {merged} from {kept} again"),
                "customer.not_the_same": _(
                    "{by} said that {name} and {other} are two different customers"
                ),
                "interaction.recorded": _("{by} recorded a contact"),
                "upload.checked": _("{by} handed in {file}: {rejected} rows refused"),
                "upload.downloaded": _("{by} downloaded rows of {file}"),
                "upload.refused": _("{file} could not be read"),
                "upload.matched": _("{by} matched the columns of {file}"),
                "upload.mended": _("{by} handed in mended rows: {file}"),
                "upload.unmatched": _("{file} has columns that are to be matched"),
                "upload.cancelled": _("{by} cancelled {file}"),
                "upload.submitted": _("{by} sent {file} to be reviewed"),
                "upload.approved": _("{by} approved {file} of {organisation}"),
                "upload.approved_by_rule": _(
                    "{file} of {organisation} was approved without review, by the rule "
                    "for {rule}"
                ),
                "upload.rows_returned": _(
                    "{by} sent rows of {file} back ({returned}): {reason}"
                ),
                "review_rule.set": _("{by} set the review rule for {organisation}"),
                "review_rule.removed": _(
                    "{by} removed the review rule for {organisation}"
                ),
                "upload.returned": _("{by} sent {file} back: {reason}"),
                "upload.reverted": _(
                    "{by} took back {file}: {reverted} rows went, {kept} stayed"
                ),
                "upload.posted": _(
                    "{file} of {organisation} was posted: {posted} rows"
                ),
            }
        )
