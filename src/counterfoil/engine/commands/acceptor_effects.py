"""What commands about merchants and agents do."""

from counterfoil.engine import acceptors, bank_data
from counterfoil.engine.catalogue import BankData, DailyLimits
from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.bench import Bench, effect


@effect.register
def _(asked: asks.RegisterAcceptor, bench: Bench) -> str:
    (acceptor_id,) = acceptors.create_acceptors(
        bench.connection,
        bench.issuer,
        bench.caller,
        [asked.design],
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"acceptor:{acceptor_id}"


@effect.register
def _(asked: asks.CreateAcceptorGroup, bench: Bench) -> str:
    acceptors.create_acceptor_group(
        bench.connection,
        bench.issuer,
        bench.caller,
        code=asked.code,
        name=asked.name,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SuspendAcceptor, bench: Bench) -> str:
    return _turn(bench, asked.acceptor_id, "suspended")


@effect.register
def _(asked: asks.TurnAcceptor, bench: Bench) -> str:
    return _turn(bench, asked.acceptor_id, asked.status)


def _turn(bench: Bench, acceptor_id: int, status: str) -> str:
    acceptors.turn_acceptor(
        bench.connection,
        bench.issuer,
        bench.caller,
        acceptor_id,
        status,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"acceptor:{acceptor_id}"


@effect.register
def _(asked: asks.RegroupAcceptor, bench: Bench) -> str:
    acceptors.regroup_acceptor(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.acceptor_id,
        asked.groups,
        DailyLimits(asked.daily_amount_minor_max, asked.daily_count_max),
        reason=bench.reason,
        reference=bench.reference,
        expected_version=asked.expected_version,
    )
    return asked.subject


@effect.register
def _(asked: asks.RebankAcceptor, bench: Bench) -> str:
    """After the issuer's own cooling-off, however it was prepared."""
    bank_data.rebank_acceptor(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.acceptor_id,
        BankData(asked.scheme, asked.fsp, asked.account),
        reason=bench.reason,
        reference=bench.reference,
        expected_version=asked.expected_version,
    )
    return asked.subject


@effect.register
def _(asked: asks.HoldPayouts, bench: Bench) -> str:
    return _hold(bench, asked.acceptor_id, held=True)


@effect.register
def _(asked: asks.ReleasePayouts, bench: Bench) -> str:
    return _hold(bench, asked.acceptor_id, held=False)


def _hold(bench: Bench, acceptor_id: int, *, held: bool) -> str:
    bank_data.hold_payouts(
        bench.connection,
        bench.issuer,
        bench.caller,
        acceptor_id,
        held=held,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"acceptor:{acceptor_id}"
