"""What commands about paying acceptors do."""

from counterfoil.engine.commands import payout_content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.engine.earnings import budgeting, rules
from counterfoil.engine.payouts import counting, refunding, routing, sending, terms
from counterfoil.engine.payouts.calendar import Workdays


@effect.register
def _(asked: asks.SetPayoutTerms, bench: Bench) -> str:
    terms_id = terms.set_terms(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.design,
        expected_version=asked.expected_version,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"payout-terms:{terms_id}"


@effect.register
def _(asked: asks.EndPayoutTerms, bench: Bench) -> str:
    terms.end_terms(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.terms_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SetBankDays, bench: Bench) -> str:
    names = {holiday.day: holiday.name for holiday in asked.holidays}
    terms.set_bank_days(
        bench.connection,
        bench.issuer,
        bench.caller,
        Workdays(frozenset(asked.rest_days), frozenset(names)),
        names,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SetPayoutRoutes, bench: Bench) -> str:
    routing.set_routes(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.routes,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.BeginPayoutRun, bench: Bench) -> str:
    run_id = counting.begin_run(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.terms_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"payout-run:{run_id}"


@effect.register
def _(asked: asks.DropPayoutRun, bench: Bench) -> str:
    sending.drop_run(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.run_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SendPayouts, bench: Bench) -> str:
    sending.approve_run(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.run_id,
        bytes.fromhex(asked.digest),
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.RetryPayout, bench: Bench) -> str:
    sending.retry_payout(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.run_id,
        asked.acceptor_id,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.RefundRedemption, bench: Bench) -> str:
    refunding.refund_redemption(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.serial,
        reason=bench.reason,
        replacement=asked.replacement,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SetEarningRules, bench: Bench) -> str:
    rules.set_earning_rules(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.rules,
        asked.agents,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.BudgetIncentives, bench: Bench) -> str:
    budgeting.budget_incentives(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.money,
        funding_account_id=asked.funding_account_id,
        puts_back=asked.puts_back,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject
