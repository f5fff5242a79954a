"""What each kind of command does: the engine's own function, under the command's reference.

Each is one transaction that goes on in the caller's and commits it; it says what came of it, such
as `provision:17`.
"""

from typing import Final

from counterfoil.engine import bulk, configuration, funds, groups, programmes
from counterfoil.engine.apply import apply
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.commands import (
    acceptor_effects,
    bank_effects,
    client_effects,
    payout_effects,
    sale_effects,
)
from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.engine.commands.rules import change_approvals
from counterfoil.engine.operation import CHANGED, Change
from counterfoil.engine.programme_steps import step_programme
from counterfoil.engine.provision import begin_provision
from counterfoil.engine.rotation import rotate
from counterfoil.errors import ConflictError
from counterfoil.keys.envelope import Purpose
from counterfoil.money import Money
from counterfoil.voucher import LIFTING, STOPPING, Action

__all__ = [
    "Bench",
    "acceptor_effects",
    "bank_effects",
    "client_effects",
    "effect",
    "payout_effects",
    "sale_effects",
]

_ONE_AT_ONCE: Final = {each.word: each for each in STOPPING | LIFTING}


# ------------------------------------------------------------------- money


@effect.register
def _(asked: asks.Deposit, bench: Bench) -> str:
    is_new = funds.deposit(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.money,
        reference=asked.reference,
        reason=bench.reason,
        funding_account_id=asked.funding_account_id,
        value_on=asked.value_date,
        scope=f"{asked.subject}:",
    )
    return _recorded(is_new=is_new, subject=asked.subject)


@effect.register
def _(asked: asks.Withdraw, bench: Bench) -> str:
    is_new = funds.withdraw(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.money,
        reference=asked.reference,
        reason=bench.reason,
        funding_account_id=asked.funding_account_id,
        scope=f"{asked.subject}:",
    )
    return _recorded(is_new=is_new, subject=asked.subject)


def _recorded(*, is_new: bool, subject: str) -> str:
    if not is_new:
        raise ConflictError("That reference of the bank is recorded already; it counts once.")
    return subject


@effect.register
def _(asked: asks.OpenFundingAccount, bench: Bench) -> str:
    account_id = programmes.open_funding_account(
        bench.connection,
        bench.issuer,
        bench.caller,
        fsp=asked.fsp,
        account=asked.account,
        currency=asked.currency,
        name=asked.name,
        reference=bench.reference,
    )
    return f"funding:{account_id}"


@effect.register
def _(asked: asks.ProvisionStock, bench: Bench) -> str:
    provision = begin_provision(
        bench.connection,
        bench.issuer,
        bench.caller,
        group_code=asked.group,
        money=Money(asked.amount_minor, asked.currency),
        count=asked.count,
        reference=bench.reference,
        expected_version=asked.group_version,
    )
    return f"provision:{provision.provision_id}"


@effect.register
def _(asked: asks.TurnProvision, bench: Bench) -> str:
    turn = configuration.pause_provision if asked.paused else configuration.resume_provision
    turn(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.provision_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


# -------------------------------------------------------------- programmes


@effect.register
def _(asked: asks.OpenProgramme, bench: Bench) -> str:
    programmes.open_programme(
        bench.connection,
        bench.issuer,
        bench.caller,
        _programme_design(asked),
        code=asked.code,
        funding_account_id=asked.funding_account_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ChangeProgramme, bench: Bench) -> str:
    programmes.change_programme(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.code,
        _programme_design(asked),
        expected_version=asked.expected_version,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


def _programme_design(
    asked: asks.OpenProgramme | asks.ChangeProgramme,
) -> programmes.ProgrammeDesign:
    return programmes.ProgrammeDesign(
        name=asked.name,
        description=asked.description,
        budget_minor=asked.budget_minor,
        starts_on=asked.starts_on,
        sales_close_on=asked.sales_close_on,
        redemption_close_on=asked.redemption_close_on,
        claims_close_on=asked.claims_close_on,
    )


@effect.register
def _(asked: asks.StepProgramme, bench: Bench) -> str:
    step_programme(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.code,
        asked.to_status,
        expected_status=asked.expected_status,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


# ---------------------------------------------------------------- vouchers


@effect.register
def _(asked: asks.PublishGroup, bench: Bench) -> str:
    published = groups.create_group(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.design,
        reference=bench.reference,
        reason=bench.reason,
        expected_version=asked.expected_version,
    )
    return f"group:{published.code}:{published.version}"


@effect.register
def _(asked: asks.PauseGroup, bench: Bench) -> str:
    return _turn_group(bench, asked.code, "paused")


@effect.register
def _(asked: asks.TurnGroup, bench: Bench) -> str:
    return _turn_group(bench, asked.code, asked.status)


def _turn_group(bench: Bench, code: str, status: str) -> str:
    groups.turn_group(
        bench.connection,
        bench.issuer,
        bench.caller,
        code,
        status,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"group:{code}"


@effect.register
def _(asked: asks.ChangeVoucher, bench: Bench) -> str:
    action = _ONE_AT_ONCE.get(asked.action)
    if action is None:
        raise ConflictError("That change of a voucher needs an approval.")
    (answer,) = apply(
        bench.connection,
        bench.issuer,
        [
            Change(
                caller=bench.caller,
                reference=bench.reference,
                action=action,
                serial=asked.serial,
                reason=bench.reason,
            )
        ],
    )
    if answer.outcome not in CHANGED:
        raise ConflictError(answer.outcome.value)
    return asked.subject


@effect.register
def _(asked: asks.ChangeVouchers, bench: Bench) -> str:
    changed = bulk.begin_bulk(
        bench.connection,
        bench.issuer,
        bench.caller,
        Selection(
            serials=asked.serials,
            provision_id=asked.provision_id,
            group_code=asked.group,
            allocation_id=asked.allocation_id,
        ),
        action=Action[asked.action.upper()],
        reason=bench.reason,
        extend_until=asked.extend_until,
        reference=bench.reference,
    )
    return f"bulk:{changed.bulk_id}"


# ---------------------------------------------------------------- settings


@effect.register
def _(asked: asks.RotateKey, bench: Bench) -> str:
    version = rotate(bench.connection, bench.issuer, bench.caller, Purpose(asked.purpose))
    return f"key:{asked.purpose}:{version}"


@effect.register
def _(asked: asks.ChangeSettings, bench: Bench) -> str:
    configuration.change_settings(
        bench.connection,
        bench.issuer,
        bench.caller,
        configuration.SettingsChange(
            activate_at_once=asked.activate_at_once,
            retention_days=asked.retention_days,
            miss_budget=asked.miss_budget,
            miss_window_seconds=asked.miss_window_seconds,
            issuer_miss_budget=asked.issuer_miss_budget,
            secret_tries=asked.secret_tries,
            cooling_off_days=asked.cooling_off_days,
            verify_accounts=asked.verify_accounts,
        ),
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ChangeApprovals, bench: Bench) -> str:
    change_approvals(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.of_kind,
        asked.bands,
        reference=bench.reference,
        reason=bench.reason,
    )
    return asked.subject
