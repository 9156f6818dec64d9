from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_page


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        register_page("crm.customer", "desk:customer")
