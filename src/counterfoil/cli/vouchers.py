"""`counterfoil voucher`: one voucher, by its serial."""

import click

from counterfoil.cli.output import json_option, show_facts, show_json, show_rows
from counterfoil.cli.place import Place, placed
from counterfoil.engine.queries import voucher_by_serial
from counterfoil.errors import NotFoundError
from counterfoil.money import decimal_text
from counterfoil.statements import statement
from counterfoil.voucher import Action


@click.group()
def voucher() -> None:
    """One voucher, by its serial."""


@voucher.command("show")
@click.argument("serial", type=click.IntRange(min=1))
@click.option("--issuer", help="Needed where there are several.")
@json_option
@placed
def show(place: Place, *, serial: int, issuer: str | None, as_json: bool) -> None:
    """Show the state of the voucher SERIAL and what happened to it; never its number."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        found = voucher_by_serial(connection, opened.issuer_id, serial)
        if found is None:
            raise NotFoundError(f"{opened.code} has no voucher {serial}.")
        rows = connection.execute(
            statement(__package__, "voucher_story"),
            {"issuer_id": opened.issuer_id, "serial": serial},
        ).fetchall()
    facts: dict[str, object] = {
        "serial": str(serial),
        "issuer": opened.code,
        "state": found.state.word,
        "group": found.group_code,
        "amount": decimal_text(found.amount_minor, found.currency),
        "currency": found.currency,
        "expires_at": None if found.expires_at is None else found.expires_at.isoformat(),
    }
    story = [
        {
            "at": at.isoformat(timespec="milliseconds"),
            "action": Action(action).word,
            "actor": actor,
            "acceptor": acceptor,
            "reason": reason,
        }
        for at, action, actor, acceptor, reason in rows
    ]
    if as_json:
        show_json(facts | {"story": story})
        return
    show_facts(facts, as_json=False)
    click.echo()
    show_rows(story, as_json=False, none="Nothing has happened to it since it was created.")
