"""`counterfoil user`: the people of the portal."""

import click

from counterfoil.cli.output import json_option, show_facts
from counterfoil.cli.place import Place, Workspace, cli_caller, placed
from counterfoil.cli.portal_settings import serving_of
from counterfoil.portal.configuration import configure
from counterfoil.portal.schema import portal_secret

ROLES = ("administrator", "operator", "approver", "finance", "auditor")

_at = click.option(
    "--at",
    "base",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where the portal is reached.",
)


@click.group()
def user() -> None:
    """The people of the portal."""


@user.command("create")
@click.argument("email")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True)
@click.option("--issuer", help="The role is for this one.  [default: all]")
@_at
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


@user.command("reset")
@click.argument("email")
@_at
@json_option
@placed
def reset(place: Place, *, email: str, base: str, as_json: bool) -> None:
    """Let EMAIL, who has lost password or second factor, begin anew by a link, printed this once.

    Signs that person out everywhere and forgets the second factor; roles stay.
    """
    with place.opened() as workspace:
        configured(workspace)
        from counterfoil.portal.people import begin_anew  # noqa: PLC0415  # models load now
        from counterfoil.portal.trail import Actor  # noqa: PLC0415  # models load now

        link = base.rstrip("/") + begin_anew(email, by=Actor(cli_caller().actor))
    show_facts(
        {"email": email, "link": link},
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
    configured(workspace)
    from counterfoil.portal.models import Role  # noqa: PLC0415  # models load now
    from counterfoil.portal.people import OfficeGrant, invite  # noqa: PLC0415  # models load now
    from counterfoil.portal.trail import Actor  # noqa: PLC0415  # models load now

    grants = [OfficeGrant(Role(role), issuer_id) for role in roles]
    return invite(email, grants, Actor(cli_caller().actor)).path


def configured(workspace: Workspace) -> None:
    """Before models can be loaded."""
    configure(
        workspace.url,
        secret=portal_secret(workspace.url, workspace.provider),
        serving=serving_of(workspace.settings),
    )
