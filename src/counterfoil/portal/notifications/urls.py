"""The addresses of a person's notifications, below the portal's own."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.notifications import views

urlpatterns: Final[list[URLPattern]] = [
    path("notifications", views.notifications, name="notifications"),
    path("notifications/preferences", views.preferences, name="notification-preferences"),
    path("notifications/<id:notification_id>", views.notification, name="notification"),
]
