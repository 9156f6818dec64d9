from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions, register_page


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and vehicles")

    def ready(self) -> None:
        register_page("crm.uploadbatch", "crm:batch")
        register_actions(
            {
                "customer.created": _("{by} added the customer {name}"),
                "customer.phone_added": _("{by} added a telephone number"),
                "customer.revealed": _("{by} was shown the full numbers"),
                "customer.merged": _("{by} merged {merged} into {kept}"),
                "customer.merge_undone": _("{by} parted {merged} from {kept} again"),
                "interaction.recorded": _("{by} recorded a contact"),
                "upload.checked": _("{by} handed in {file}: {rejected} rows refused"),
                "upload.downloaded": _("{by} downloaded rows of {file}"),
                "upload.refused": _("{file} could not be read"),
                "upload.unmatched": _("{file} has columns that are to be matched"),
                "upload.cancelled": _("{by} cancelled {file}"),
                "upload.submitted": _("{by} sent {file} to be reviewed"),
                "upload.approved": _("{by} approved {file} of {organisation}"),
                "upload.returned": _("{by} sent {file} back: {reason}"),
                "upload.posted": _(
                    "{file} of {organisation} was posted: {posted} rows"
                ),
            }
        )
