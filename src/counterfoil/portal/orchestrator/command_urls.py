"""The addresses of commands, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator import commands, listed

urlpatterns: Final[list[URLPattern]] = [
    path("approvals", commands.approvals, name="approvals"),
    path("commands", listed.commands, name="commands"),
    path("commands/export", listed.export, name="commands-export"),
    path("commands/<uuid:command_id>", commands.command, name="command"),
    path("commands/<uuid:command_id>/decide", commands.decide, name="decide"),
    path("commands/<uuid:command_id>/withdraw", commands.withdraw, name="withdraw"),
]
