"""What is printed of a programme: the preview of a step, and the report."""

from collections.abc import Iterable, Mapping
from typing import Final

import click

from counterfoil.cli.output import show_facts, show_rows
from counterfoil.engine.programme_figures import Holding, Pile, ProgrammeMoney
from counterfoil.engine.programme_preview import StepPreview, StepWarning, Warned
from counterfoil.engine.programme_report import ProgrammeReport
from counterfoil.money import decimal_text

_WARNINGS: Final[Mapping[Warned, str]] = {
    Warned.BEFORE_ITS_DATE: "This step is planned for {date}.",
    Warned.PROVISIONS_UNFINISHED: "Stock worth {value} is still being created.",
    Warned.STOCK_UNSOLD: "{vouchers} vouchers worth {value} are in stock and unsold.",
    Warned.STILL_OUT: "People hold {vouchers} vouchers worth {value} that can be used no more.",
    Warned.STILL_PAYING: "{vouchers} vouchers worth {value} are still being paid.",
    Warned.ACCEPTORS_OWED: "Acceptors are owed {value}; that stays payable.",
}


def show_preview(preview: StepPreview) -> None:
    programme = preview.programme
    click.echo(f"{programme.code} goes from {programme.status} to {preview.to_status}.")
    rows = [_standing(group, programme.currency) for group in preview.groups]
    show_rows(rows, as_json=False, none="It has no voucher group.")
    for warning in preview.warnings:
        click.echo(_warning(warning, programme.currency))
    for pile, what in ((preview.cancelled, "cancelled"), (preview.expired, "ended")):
        if pile.vouchers:
            value = decimal_text(pile.value_minor, programme.currency)
            click.echo(f"{pile.vouchers:,} vouchers worth {value} are {what}.")
    if preview.freed_minor:
        freed = decimal_text(preview.freed_minor, programme.currency)
        click.echo(f"{freed} {programme.currency} becomes available.")


def show_report(report: ProgrammeReport) -> None:
    facts = dict(report_facts(report))
    vouchers, acceptors, steps = (facts.pop(key) for key in ("vouchers", "acceptors", "steps"))
    closing = facts.pop("closing")
    shared = report.money.shared_with
    facts["shares_its_account_with"] = ", ".join(shared) or None
    show_facts(facts, as_json=False)
    for rows, none in (
        (vouchers, "No vouchers yet."),
        (acceptors, "No acceptor has earned anything from its funding account yet."),
        (steps, "Its steps are not recorded."),
        (closing, None),
    ):
        if isinstance(rows, list) and (rows or none):
            click.echo()
            show_rows(rows, as_json=False, none=none or "")
    if shared and acceptors:
        click.echo("What acceptors earned is of the whole funding account.")


def report_facts(report: ProgrammeReport) -> Mapping[str, object]:
    programme, money = report.programme, report.money
    currency = programme.currency
    return {
        "code": programme.code,
        "name": programme.name,
        "status": str(programme.status),
        "finished": report.is_finished,
        "currency": currency,
        "budget": _optional(programme.budget_minor, currency),
        "committed": decimal_text(report.committed_minor, currency),
        "budget_left": _optional(report.budget_left_minor, currency),
        "starts_on": _text(programme.starts_on),
        "sales_close_on": _text(programme.sales_close_on),
        "redemption_close_on": _text(programme.redemption_close_on),
        "claims_close_on": _text(programme.claims_close_on),
        **_money_facts(money, currency),
        "vouchers": [_line(each, currency) for each in report.holdings],
        "acceptors": [
            {
                "acceptor": each.acceptor_id,
                "name": each.name,
                "earned": decimal_text(each.earned_minor, currency),
                "owed": decimal_text(each.owed_minor, currency),
            }
            for each in report.acceptors
        ],
        "steps": [
            {
                "status": str(each.status),
                "at": each.at.isoformat(timespec="seconds"),
                "actor": each.actor,
                "reason": each.reason,
            }
            for each in report.steps
        ],
        "closing": [
            {
                "bulk": each.bulk_id,
                "action": each.action.word,
                "done": each.done,
                "refused": each.refused,
                "status": each.status,
            }
            for each in report.closing
        ],
    }


def _money_facts(money: ProgrammeMoney, currency: str) -> Mapping[str, object]:
    return {
        "deposited": decimal_text(money.deposited_minor, currency),
        "available": decimal_text(money.available_minor, currency),
        "earmarked": decimal_text(money.earmarked_minor, currency),
        "earned_by_acceptors": decimal_text(money.earned_minor, currency),
        "owed_to_acceptors": decimal_text(money.owed_minor, currency),
        "shares_its_account_with": list(money.shared_with),
    }


def _line(holding: Holding, currency: str) -> Mapping[str, object]:
    piles = (
        ("issued", holding.issued),
        ("redeemed", holding.redeemed),
        ("expired", holding.expired),
        ("cancelled", holding.cancelled),
        ("open", holding.open),
    )
    amount = _optional(holding.denomination_minor, currency) or "any"
    return {"group": holding.group_code, "amount": amount} | _figures(piles, currency)


def _standing(group: Holding, currency: str) -> Mapping[str, object]:
    piles = (("in_stock", group.stocked), ("out", group.out), ("being_paid", group.redeeming))
    return {"group": group.group_code} | _figures(piles, currency)


def _figures(piles: Iterable[tuple[str, Pile]], currency: str) -> dict[str, object]:
    figures: dict[str, object] = {}
    for name, pile in piles:
        figures[name] = pile.vouchers
        figures[f"{name}_value"] = decimal_text(pile.value_minor, currency)
    return figures


def _warning(warning: StepWarning, currency: str) -> str:
    text = _WARNINGS[warning.code].format(
        vouchers=f"{warning.pile.vouchers:,}",
        value=f"{decimal_text(warning.pile.value_minor, currency)} {currency}",
        date=warning.planned_on,
    )
    return f"{text} The step waits for it." if warning.stops else text


def _optional(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else decimal_text(amount_minor, currency)


def _text(day: object) -> str | None:
    return None if day is None else str(day)
