from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandardsConfig(AppConfig):
    name = "standards"
    verbose_name = _("Standards")

    def ready(self) -> None:
        from accounts.actions import register_actions  # noqa: PLC0415  needs models
        from standards.log import WORDING  # noqa: PLC0415

        register_actions(WORDING)
