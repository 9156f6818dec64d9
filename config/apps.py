from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.contrib.admin import apps as django_admin
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    default = True


class LoginGuardConfig(AxesConfig):  # type: ignore[misc]
    default = False
    verbose_name = _("Failed log-ins")


class AdminConfig(django_admin.AdminConfig):
    default = False
    default_site = "config.site.Site"
