"""What commands about organisations do."""

from typing import Final

from counterfoil.engine import bulk, handing_out, organisations
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.commands import sale_content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.engine.sales import paying, promising
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.voucher import Action

_OWN_ACTIONS: Final = {
    each.word: each for each in (Action.ACTIVATE, Action.SUSPEND, Action.UNSUSPEND)
}


@effect.register
def _(asked: asks.RegisterOrganisation, bench: Bench) -> str:
    organisation_id = organisations.create_organisation(
        bench.connection,
        bench.issuer,
        bench.caller,
        name=asked.name,
        commission_points=asked.commission_points,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"organisation:{organisation_id}"


@effect.register
def _(asked: asks.ChangeOrganisation, bench: Bench) -> str:
    change = organisations.OrganisationChange(
        name=asked.name, commission_points=asked.commission_points
    )
    return _change(bench, asked.organisation_id, change, asked.expected_version)


@effect.register
def _(asked: asks.SuspendOrganisation, bench: Bench) -> str:
    change = organisations.OrganisationChange(status="suspended")
    return _change(bench, asked.organisation_id, change)


@effect.register
def _(asked: asks.TurnOrganisation, bench: Bench) -> str:
    change = organisations.OrganisationChange(status=asked.status)
    return _change(bench, asked.organisation_id, change)


def _change(
    bench: Bench,
    organisation_id: int,
    change: organisations.OrganisationChange,
    expected_version: int | None = None,
) -> str:
    organisations.change_organisation(
        bench.connection,
        bench.issuer,
        bench.caller,
        organisation_id,
        change,
        reason=bench.reason,
        reference=bench.reference,
        expected_version=expected_version,
    )
    return f"organisation:{organisation_id}"


@effect.register
def _(asked: asks.HoldStock, bench: Bench) -> str:
    promising.promise(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.sale_id,
        organisation_id=asked.organisation_id,
        funding_account_id=asked.funding_account_id,
        lines=asked.lines,
        held_until=asked.held_until,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ReleaseStock, bench: Bench) -> str:
    promising.release(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.sale_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ApprovePurchase, bench: Bench) -> str:
    paying.sell(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.sale_id,
        total=Money(asked.total_minor, asked.currency),
        receipt=None if asked.paid is None else _receipt(asked.paid, asked.currency),
        when_short=asked.when_short,
        takes_part=asked.takes_part,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ReceivePayment, bench: Bench) -> str:
    paying.receive(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.organisation_id,
        receipt=_receipt(asked.paid, asked.currency),
        funding_account_id=asked.funding_account_id,
        reason=bench.reason,
    )
    return asked.subject


@effect.register
def _(asked: asks.RefundOrganisation, bench: Bench) -> str:
    paying.refund(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.organisation_id,
        receipt=paying.Receipt(
            money=asked.money, bank_reference=asked.bank_reference, value_on=asked.value_date
        ),
        funding_account_id=asked.funding_account_id,
        reason=bench.reason,
    )
    return asked.subject


def _receipt(paid: asks.PaidIn, currency: str) -> paying.Receipt:
    return paying.Receipt(
        money=Money(paid.amount_minor, currency),
        bank_reference=paid.bank_reference,
        value_on=paid.value_date,
    )


@effect.register
def _(asked: asks.HandOut, bench: Bench) -> str:
    if asked.asked.organisation_id is None:
        raise ConflictError("It is for the people of an organisation.")
    return _hand_out(bench, asked)


@effect.register
def _(asked: asks.ReplaceVouchers, bench: Bench) -> str:
    if asked.asked.organisation_id is not None or asked.asked.replaces is None:
        raise ConflictError("It is for vouchers that are named.")
    return _hand_out(bench, asked)


def _hand_out(bench: Bench, asked: asks.HandOut | asks.ReplaceVouchers) -> str:
    handing_out.begin_handover(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.handover_id,
        asked.asked,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ForgetHandover, bench: Bench) -> str:
    handing_out.forget_handover(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.handover_id,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ChangeOwnVouchers, bench: Bench) -> str:
    action = _OWN_ACTIONS.get(asked.action)
    if action is None:
        raise ConflictError("An organisation cannot do that to its vouchers.")
    changed = bulk.begin_bulk(
        bench.connection,
        bench.issuer,
        bench.caller,
        Selection(serials=asked.serials),
        action=action,
        reason=bench.reason,
        organisation_id=asked.organisation_id,
        reference=bench.reference,
    )
    return f"bulk:{changed.bulk_id}"
