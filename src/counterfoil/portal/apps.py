"""Django's name for the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "counterfoil.portal"
    label = "portal"
