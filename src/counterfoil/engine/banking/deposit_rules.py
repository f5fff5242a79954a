"""Credits that become deposits without a person, by rules that two people agreed on.

    proposed line ─ fits a rule ─▶ begun ─▶ deposit, under the bank's reference
                                        ─▶ stock of as many whole vouchers, where the rule says so

Begun is written first, and both steps count once by their references: what a killed process left
is ended by the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
import structlog

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.provision import begin_provision
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import Money, whole_parts
from counterfoil.statements import statement
from counterfoil.voucher import Action

RULES_MAX: Final = 200
_LINES: Final = 100
_BANK: Final = Caller(0, "system:deposit-rule")

_log = structlog.get_logger("counterfoil.engine.banking")


class DepositRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By the payer's name, by what its reference or its note begins with, or both; up to an amount,
    where one is said. `group` and `denomination_minor` say of which vouchers stock is made from it.
    """

    funding_account_id: int
    payer_name: str = ""
    payer_reference: str = ""
    amount_minor_max: int | None = None
    group: str | None = None
    denomination_minor: int | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    entry_id: int
    rule_id: int
    funding_account_id: int
    currency: str
    amount_minor: int
    bank_reference: str
    value_on: date
    group: str | None
    denomination_minor: int | None


def set_deposit_rules(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    rules: Sequence[DepositRule],
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """In place of those there are; what those did stays done. Raises NotFoundError for an account
    or a group that there is not; ConflictError for a rule that cannot be.
    """
    asked = Asked(
        caller=caller,
        action=Action.SET_DEPOSIT_RULES,
        content=[msgspec.json.encode(rules, order="sorted"), reason],
        reference=reference,
        reason=reason,
    )
    if len(rules) > RULES_MAX:
        raise ConflictError(f"More than {RULES_MAX} rules are not kept.")
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        group_ids = [_checked(issuer, rule) for rule in rules]
        connection.execute(
            statement(__package__, "set_deposit_rules"),
            {
                "issuer_id": issuer.issuer_id,
                "funding_account_ids": [rule.funding_account_id for rule in rules],
                "payer_names": [" ".join(rule.payer_name.split()) for rule in rules],
                "payer_references": [" ".join(rule.payer_reference.split()) for rule in rules],
                "amounts_max": [rule.amount_minor_max for rule in rules],
                "group_ids": group_ids,
                "denominations": [rule.denomination_minor for rule in rules],
            },
        )
        record(issuer, journal, asked, subject="deposit-rules")
        commit(connection, issuer, journal)


def _checked(issuer: Issuer, rule: DepositRule) -> int | None:
    """The id of its group, if it has one."""
    fund = issuer.catalogue.funding_accounts.get(rule.funding_account_id)
    if fund is None:
        raise NotFoundError(f"{issuer.code} has no funding account {rule.funding_account_id}.")
    if not rule.payer_name.strip() and not rule.payer_reference.strip():
        raise ConflictError("Say by whom it is paid, or what its reference begins with.")
    if rule.amount_minor_max is not None and rule.amount_minor_max <= 0:
        raise ConflictError("The most it applies to is above zero.")
    if (rule.group is None) != (rule.denomination_minor is None):
        raise ConflictError("Stock is of a voucher and of an amount.")
    if rule.group is None:
        return None
    group = issuer.catalogue.groups.get(rule.group)
    if group is None:
        raise NotFoundError(f"There is no voucher group {rule.group}.")
    if group.current.funding_account_id != rule.funding_account_id:
        raise ConflictError(f"{rule.group} is paid from another funding account.")
    return group.group_id


def deposit_by_rules(connection: Connection, issuer: Issuer) -> int:
    """Returns how many lines were brought to an end."""
    whose: dict[str, object] = {"issuer_id": issuer.issuer_id, "lines_max": _LINES}
    connection.execute(statement(__package__, "begin_by_rules"), whose)
    connection.commit()
    rows = connection.execute(statement(__package__, "begun_by_rules"), whose).fetchall()
    connection.rollback()
    for row in rows:
        begun = _Begun(*row)
        why_not = _why_not(connection, issuer, begun)
        connection.execute(
            statement(__package__, "end_by_rule"),
            {"issuer_id": issuer.issuer_id, "entry_id": begun.entry_id, "why_not": why_not},
        )
        connection.commit()
    if rows:
        _log.info("deposits.by_rule", issuer=issuer.code, lines=len(rows))
    return len(rows)


def _why_not(connection: Connection, issuer: Issuer, begun: _Begun) -> str | None:
    """None where all that the rule says is done."""
    try:
        deposit(
            connection,
            issuer,
            _BANK,
            Money(begun.amount_minor, begun.currency),
            reference=begun.bank_reference,
            funding_account_id=begun.funding_account_id,
            value_on=begun.value_on,
            reason=f"By rule {begun.rule_id}.",
            scope=f"funding:{begun.funding_account_id}:",
        )
        if begun.group is not None and begun.denomination_minor is not None:
            _provision(connection, issuer, begun, begun.group, begun.denomination_minor)
    except (ConflictError, NotFoundError) as error:
        return str(error)
    return None


def _provision(
    connection: Connection, issuer: Issuer, begun: _Begun, group: str, denomination_minor: int
) -> None:
    count = whole_parts(begun.amount_minor, denomination_minor)
    if count:
        begin_provision(
            connection,
            issuer,
            _BANK,
            group_code=group,
            money=Money(denomination_minor, begun.currency),
            count=count,
            reference=f"bank-entry:{begun.entry_id}",
        )
