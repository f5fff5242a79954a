"""`counterfoil client`: the systems that may call the API, and their keys."""

import click

from counterfoil.cli.output import json_option, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.engine.catalogue import Client
from counterfoil.engine.clients import change_client, create_client
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import NotFoundError
from counterfoil.keys.digests import api_key_digest, new_api_key


@click.group()
def client() -> None:
    """The systems that may call the API."""


@client.command("create")
@click.argument("name")
@click.option("--issuer", required=True)
@click.option("--scopes", required=True, metavar="A,B,…", help="Such as preactivate,activate.")
@click.option(
    "--unattended-max",
    type=click.IntRange(min=0),
    default=0,
    metavar="MINOR",
    help="The most one guarded command may move unapproved, in minor units (100 is 1.00 KES);"
    " for the scope unattended.",
)
@json_option
@placed
def create(
    place: Place, *, name: str, issuer: str, scopes: str, unattended_max: int, as_json: bool
) -> None:
    """Register NAME and print its key, this once."""
    listed = [scope.strip() for scope in scopes.split(",")]
    key = new_api_key()
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        created = create_client(
            connection,
            opened,
            cli_caller(),
            name=name,
            scopes=sorted(set(listed)),
            key_digest=api_key_digest(key),
            unattended_minor_max=unattended_max,
        )
    show_facts(
        _facts(created) | {"key": key},
        as_json=as_json,
        said=f"Client {created.client_id}, {name}, of {issuer}. Its key, shown only now:\n{key}",
    )


@client.command("list")
@click.option("--issuer", required=True)
@json_option
@placed
def list_(place: Place, *, issuer: str, as_json: bool) -> None:
    """List the clients of an issuer; never their keys."""
    with place.opened() as workspace, workspace.issuer(issuer) as (_connection, opened):
        clients = sorted(opened.catalogue.clients.values(), key=lambda each: each.client_id)
    show_rows(
        [_facts(each) for each in clients], as_json=as_json, none=f"{issuer} has no client yet."
    )


@client.command("revoke")
@click.argument("name")
@click.option("--issuer", required=True)
@click.option("--reason", default="")
@json_option
@placed
def revoke(place: Place, *, name: str, issuer: str, reason: str, as_json: bool) -> None:
    """Let the key of NAME open nothing any more, from now on."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        revoked = change_client(
            connection,
            opened,
            cli_caller(),
            _client_named(opened, name).client_id,
            revoke=True,
            reason=reason,
        )
    show_facts(_facts(revoked), as_json=as_json, said=f"{name} is revoked.")


def _client_named(issuer: Issuer, name: str) -> Client:
    for each in issuer.catalogue.clients.values():
        if each.name == name:
            return each
    raise NotFoundError(f"{issuer.code} has no client {name}.")


def _facts(client: Client) -> dict[str, object]:
    return {
        "id": client.client_id,
        "name": client.name,
        "scopes": sorted(client.scopes),
        "status": "active" if client.active else "revoked",
        "has_key": client.has_key,
        "unattended_minor_max": client.unattended_minor_max,
    }
