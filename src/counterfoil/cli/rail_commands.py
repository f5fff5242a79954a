"""`counterfoil rail`: the rails that are set, whether they are reached, and their secrets."""

import sys
from functools import partial

import click

from counterfoil.cli.output import json_option, show_facts, show_rows
from counterfoil.cli.place import Place, Workspace, placed
from counterfoil.cli.rail import SANDBOX, gateway, rails_file, secret_of, secret_store
from counterfoil.engine.issuer import issuer_codes, open_issuer
from counterfoil.errors import CounterfoilError, NotFoundError
from counterfoil.gateway.filing import debtor_faults
from counterfoil.gateway.rail_settings import RailSettings, RailsFile, SandboxSettings
from counterfoil.gateway.rails import rails_of
from counterfoil.gateway.reaching import faults_of
from counterfoil.settings import Settings


@click.group()
def rail() -> None:
    """The rails that payments go by, as COUNTERFOIL_RAILS has them."""


@rail.command("list")
@json_option
@placed
def list_(place: Place, *, as_json: bool) -> None:
    """List the rails, and whose they are."""
    show_rows(
        [
            {
                "rail": name,
                "kind": str(settings.__struct_config__.tag),
                "issuer": settings.issuer,
                "pays_at_once": settings.__struct_config__.tag in {"sandbox", "payment_hub"},
            }
            for name, settings in _settings(place.settings).items()
        ],
        as_json=as_json,
        none="There are no rails: set COUNTERFOIL_RAILS.",
    )


@rail.command("check")
@click.argument("name")
@json_option
@placed
def check(place: Place, *, name: str, as_json: bool) -> None:
    """Say whether NAME can be used from here: its addresses answer, its folders are ours, its
    secret opens, its issuer is there and can be named as who pays. Nothing is sent.
    """
    settings = _settings(place.settings).get(name)
    if settings is None:
        raise NotFoundError(f"There is no rail {name}.")
    with place.opened() as workspace:
        faults = _faults(workspace, name, settings.issuer)
    faults += faults_of(settings)
    if faults:
        raise CounterfoilError(f"Rail {name}, {' '.join(faults)}")
    show_facts({"rail": name, "reached": True}, as_json=as_json, said=f"Rail {name} is reached.")


@rail.group("secret")
def secret() -> None:
    """What rails need to prove who we are; sealed, and never shown again."""


@secret.command("set")
@click.argument("name")
@json_option
@placed
def set_(place: Place, *, name: str, as_json: bool) -> None:
    """Keep what is read from standard input under NAME, in place of what has that name."""
    text = sys.stdin.readline().strip()
    with place.opened(migrated=False) as workspace:
        secret_store(workspace.settings, workspace.provider).set_secret(name, text)
    show_facts({"secret": name}, as_json=as_json, said=f"The secret {name} is kept.")


@secret.command("list")
@json_option
@placed
def list_secrets(place: Place, *, as_json: bool) -> None:
    """List their names, and since when each is kept."""
    with place.opened(migrated=False) as workspace:
        kept = secret_store(workspace.settings, workspace.provider).sealed()
    show_rows(
        [{"secret": each.name, "set_at": each.set_at.isoformat()} for each in kept],
        as_json=as_json,
        none="There are no secrets.",
    )


def _faults(workspace: Workspace, name: str, issuer_code: str | None) -> list[str]:
    """That one alone is made, so that nothing is wrong but what is its own. Raises
    WrongSettingError.
    """
    settings, provider = workspace.settings, workspace.provider
    file = rails_file(settings)
    if name not in file.rails:
        gateway(settings)
        return []
    own = RailsFile({name: file.rails[name]}, {})
    rails = rails_of(own, partial(secret_of, settings, provider))
    rails.close()
    if issuer_code is None:
        return []
    with workspace.connection() as connection:
        if issuer_code not in issuer_codes(connection):
            return [f"issuer: there is no issuer {issuer_code}."]
        issuer = open_issuer(connection, issuer_code, provider)
    return [
        fault
        for files in rails.files_of(issuer_code).values()
        for fault in debtor_faults(issuer, name, files)
    ]


def _settings(settings: Settings) -> dict[str, RailSettings]:
    """Those of the file, and the sandbox provider where it is set."""
    found = dict(rails_file(settings).rails)
    if settings.fsp_url is not None and SANDBOX not in found:
        found[SANDBOX] = SandboxSettings(url=settings.fsp_url, secret=SANDBOX)
    return found
