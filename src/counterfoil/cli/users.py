"""`counterfoil user`: the people of the portal."""

import click

from counterfoil.cli.output import json_option, show_facts
from counterfoil.cli.place import Place, Workspace, placed
from counterfoil.portal.configuration import configure
from counterfoil.portal.schema import portal_secret

ROLES = ("administrator", "operator", "approver", "finance", "auditor")


@click.group()
def user() -> None:
    """The people of the portal."""


@user.command("create")
@click.argument("email")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True)
@click.option("--issuer", help="The role is for this one.  [default: all]")
@click.option(
    "--at",
    "base",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where the portal is reached.",
)
@json_option
@placed
def create(
    place: Place,
    *,
    email: str,
    roles: tuple[str, ...],
    issuer: str | None,
    base: str,
    as_json: bool,
) -> None:
    """Invite EMAIL and print the link, this once, with which a password is set."""
    with place.opened() as workspace:
        link = base.rstrip("/") + invited(workspace, email, roles, issuer)
    show_facts(
        {"email": email, "roles": sorted(roles), "issuer": issuer, "link": link},
        as_json=as_json,
        said=f"{email} sets a password here, once and within three days:\n{link}",
    )


def invited(
    workspace: Workspace, email: str, roles: tuple[str, ...], issuer: str | None = None
) -> str:
    """The path on which that person sets a password."""
    issuer_id = None
    if issuer is not None:
        with workspace.issuer(issuer) as (_connection, opened):
            issuer_id = opened.issuer_id
    configure(
        workspace.url,
        secret=portal_secret(workspace.url, workspace.provider),
        hosts=workspace.settings.portal_hosts,
    )
    from counterfoil.portal.people import invite  # noqa: PLC0415  # models load once configured

    return invite(email, roles, issuer_id)
