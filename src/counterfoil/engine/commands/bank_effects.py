"""What commands about the books and the bank do."""

from counterfoil.engine.commands import bank_content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.engine.periods.closing import close_period


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
