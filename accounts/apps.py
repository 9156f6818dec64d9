from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        register_actions(
            {"user.key_revoked": _("{by} revoked the API key of {name}")},
        )
