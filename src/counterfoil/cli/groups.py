"""Voucher groups, and the stock of vouchers in them."""

from dataclasses import replace
from datetime import datetime

import click

from counterfoil.cli.output import json_option, progress, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.cli.values import (
    Acceptance,
    Accepts,
    Duration,
    Moment,
    denominations,
    money,
    whole_days,
)
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.provision import (
    Provision,
    begin_provision,
    finish_provision,
    provision_by_id,
)
from counterfoil.errors import NotFoundError
from counterfoil.money import Money, decimal_text
from counterfoil.statements import statement
from counterfoil.voucher import Action


@click.group()
def group() -> None:
    """Vouchers with the same characteristics."""


@group.command("create")
@click.argument("issuer")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--currency", required=True, help="ISO 4217, like KES.")
@click.option("--denominations", "amounts", required=True, metavar="10.00,25.00|any")
@click.option("--valid-for", type=Duration(), help="From activation on, like 90d.")
@click.option("--valid-until", type=Moment(), help="For all, like 2027-12-31.")
@click.option("--hold", type=Duration(), default="1h", show_default=True)
@click.option(
    "--settlement",
    type=click.Choice(["deferred", "instant"]),
    default="deferred",
    show_default=True,
)
@click.option("--accepts", type=Accepts(), default="any", show_default=True)
@click.option("--digits", type=click.IntRange(16, 18), default=18, show_default=True)
@click.option("--max", "amount_max", metavar="AMOUNT", help="The most one voucher of `any` has.")
@click.option("--description", default="")
@click.option("--programme", metavar="CODE", help="Else the group's own, or the currency's.")
@click.option(
    "--restock-level", type=click.IntRange(min=0), help="How many vouchers in stock are few."
)
@click.option(
    "--unused-value",
    type=click.Choice(["issuer", "buyer", "breakage"]),
    default="issuer",
    show_default=True,
    help="Whose the value of a sold voucher is that is cancelled or expires.",
)
@json_option
@placed
def create(
    place: Place,
    *,
    issuer: str,
    code: str,
    name: str,
    currency: str,
    amounts: str,
    valid_for: int | None,
    valid_until: datetime | None,
    hold: int,
    settlement: str,
    accepts: Acceptance,
    digits: int,
    amount_max: str | None,
    description: str,
    programme: str | None,
    restock_level: int | None,
    unused_value: str,
    as_json: bool,
) -> None:
    """Publish the group CODE of ISSUER; where it exists, a new version of it."""
    if (valid_for is None) == (valid_until is None):
        raise click.UsageError("Give either --valid-for or --valid-until.")
    design = GroupDesign(
        code=code,
        name=name,
        currency=currency,
        denominations=denominations(amounts, currency),
        valid_for_days=None if valid_for is None else whole_days(valid_for),
        valid_until=valid_until,
        hold_seconds=hold,
        settlement=settlement,
        accepts=accepts.rule,
        accepts_names=accepts.names,
        number_digits=digits,
        amount_minor_max=None if amount_max is None else money(amount_max, currency).amount_minor,
        description=description,
        programme=programme,
        restock_level=restock_level,
        unused_value=unused_value,
    )
    if design.amount_minor_max is not None and design.denominations:
        raise click.UsageError("--max is for --denominations any.")
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        existing = opened.catalogue.groups.get(code)
        if existing is not None:
            design = replace(design, picture=existing.current.picture)
        published = create_group(connection, opened, cli_caller(), design)
        status = opened.catalogue.groups[code].status
    show_facts(
        _facts(published, status=status),
        as_json=as_json,
        said=f"Version {published.version} of {code} is published.",
    )


@group.command("list")
@click.argument("issuer")
@json_option
@placed
def list_(place: Place, *, issuer: str, as_json: bool) -> None:
    """List the groups of ISSUER, in their current version."""
    with place.opened() as workspace, workspace.issuer(issuer) as (_connection, opened):
        groups = sorted(opened.catalogue.groups.values(), key=lambda each: each.code)
    show_rows(
        [_facts(each.current, status=each.status) for each in groups],
        as_json=as_json,
        none=f"{issuer} has no group yet.",
    )


@click.command()
@click.argument("issuer")
@click.argument("group")
@click.option("--amount", required=True, help="The face value of each voucher.")
@click.option("--count", type=click.IntRange(min=1), required=True, help="How many vouchers.")
@click.option("--reference", help="The same one again gives the same provision.")
@json_option
@placed
def provision(
    place: Place,
    *,
    issuer: str,
    group: str,
    amount: str,
    count: int,
    reference: str | None,
    as_json: bool,
) -> None:
    """Turn available funds of ISSUER into COUNT numbered vouchers of GROUP.

    Killed half-way and started again with the same words, it finishes what it began.
    """
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        currency = _group_version(opened, group).currency
        face = money(amount, currency)
        begun = _not_told(connection, opened, group, face, count) if reference is None else None
        if begun is not None:
            click.echo(f"Going on with provision {begun.provision_id}, begun before.", err=True)
        else:
            begun = begin_provision(
                connection,
                opened,
                cli_caller(),
                group_code=group,
                money=face,
                count=count,
                reference=reference,
            )
        done = _finish(connection, opened, begun)
        show_facts(
            {
                "provision": done.provision_id,
                "group": group,
                "amount": decimal_text(done.amount_minor, currency),
                "currency": currency,
                "vouchers": done.created,
                "serial_first": str(done.serial_first),
                "serial_last": str(done.serial_last),
                "status": done.status,
            },
            as_json=as_json,
            said=f"Provision {done.provision_id}: {done.created:,} vouchers of {face} in {group},"
            f" serials {done.serial_first} to {done.serial_last}.",
        )
        connection.execute(
            statement(__package__, "provision_told"),
            {"issuer_id": opened.issuer_id, "provision_id": done.provision_id},
        )
        connection.commit()


def _finish(connection: Connection, issuer: Issuer, begun: Provision) -> Provision:
    done = begun
    with progress("Creating vouchers", begun.asked) as advance:
        advance(begun.created)
        for step in finish_provision(connection, issuer, begun.provision_id):
            advance(step.created - done.created)
            done = step
    return done


def _not_told(
    connection: Connection, issuer: Issuer, group: str, face: Money, count: int
) -> Provision | None:
    row = connection.execute(
        statement(__package__, "provisions_not_told"),
        {
            "issuer_id": issuer.issuer_id,
            "client_id": cli_caller().client_id,
            "action": Action.PROVISION,
            "group_code": group,
            "amount_minor": face.amount_minor,
            "vouchers": count,
        },
    ).fetchone()
    connection.commit()
    return None if row is None else provision_by_id(connection, issuer, row[0])


def _group_version(issuer: Issuer, code: str) -> GroupVersion:
    found = issuer.catalogue.groups.get(code)
    if found is None:
        raise NotFoundError(f"{issuer.code} has no group {code}.")
    return found.current


def _facts(version: GroupVersion, *, status: str) -> dict[str, object]:
    valid = (
        f"{version.valid_for_days}d"
        if version.valid_until is None
        else version.valid_until.isoformat(timespec="seconds")
    )
    return {
        "code": version.code,
        "version": version.version,
        "status": status,
        "currency": version.currency,
        "denominations": [
            decimal_text(amount_minor, version.currency)
            for amount_minor in sorted(version.denominations)
        ]
        or "any",
        "valid": valid,
        "hold_seconds": version.hold_seconds,
        "settlement": "instant" if version.instant else "deferred",
        "accepts": version.accepts
        if version.accepts == "any"
        else f"{version.accepts}: {', '.join(sorted(version.accepts_names))}",
        "number_digits": version.number_digits,
        "restock_level": version.restock_level,
        "unused_value": version.unused_value,
    }
