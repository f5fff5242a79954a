"""The addresses of the calling systems, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.clients import changes, keys, listed, views

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("clients", views.clients, name="clients"),
    path("clients/export", listed.export, name="clients-export"),
    path("clients/new", views.new_client, name="client-new"),
    path("clients/<id:client_id>", views.client, name="client"),
    path("clients/<id:client_id>/change", views.change_client, name="client-change"),
    path("clients/<id:client_id>/revoke", views.revoke_client, name="client-revoke"),
    path("clients/<id:client_id>/key", keys.make_key, name="client-key"),
    path("clients/<id:client_id>/key/<uuid:command_id>", keys.key_state, name="client-key-state"),
    path("clients/<id:client_id>/replace-key", keys.replace_key, name="client-replace-key"),
]
