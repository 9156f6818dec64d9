from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class ConfigConfig(AppConfig):
    name = "config"
    default = True


class AdminConfig(django_admin.AdminConfig):
    default = False
    default_site = "config.site.Site"
