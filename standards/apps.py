from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions


class StandardsConfig(AppConfig):
    name = "standards"
    verbose_name = _("Standards")

    def ready(self) -> None:
        from standards.log import WORDING  # noqa: PLC0415  it needs the models

        register_actions(WORDING)
