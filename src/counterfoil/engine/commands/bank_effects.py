"""What commands about the books and the bank do."""

from counterfoil.engine.banking.deposit_rules import set_deposit_rules
from counterfoil.engine.banking.resolving import resolve_exception
from counterfoil.engine.commands import bank_content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.engine.periods.closing import close_period


@effect.register
def _(asked: asks.ResolveException, bench: Bench) -> str:
    resolve_exception(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.exception_id,
        asked.how,
        reason=bench.reason,
        seen_minor=asked.amount_minor,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SetDepositRules, bench: Bench) -> str:
    set_deposit_rules(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.rules,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ClosePeriod, bench: Bench) -> str:
    close_period(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.through,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject
