from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.actions import register_actions


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        register_actions(
            {
                "article.published": _(
                    "{by} published version {number} of the article “{title}”"
                ),
            }
        )
