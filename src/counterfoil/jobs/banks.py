"""What banks send, fetched by rails that are files or brought by people, and looked at again."""

from counterfoil.engine.banking.deposit_rules import deposit_by_rules
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.brought import take_brought_file
from counterfoil.gateway.fetching import fetch_files
from counterfoil.jobs.alone import alone
from counterfoil.jobs.site import Desk


def fetch_bank_files(desk: Desk, issuer: Issuer) -> int:
    """Returns how many files were dealt with."""
    done = 0
    for rail in desk.site.rails.of(issuer.code):
        if rail.inbox is None or rail.files is None or desk.is_stopping:
            continue
        with alone(desk, rail.name):
            done += fetch_files(
                desk.connection,
                issuer,
                rail=rail.name,
                file_format=rail.files.format,
                inbox=rail.inbox,
            )
    return done


def take_brought_files(desk: Desk, issuer: Issuer) -> int:
    """One of them a turn. Without the portal's secret they wait."""
    if desk.site.seals is None:
        return 0
    formats = {
        rail.name: rail.files.format
        for rail in desk.site.rails.of(issuer.code)
        if rail.files is not None
    }
    return int(take_brought_file(desk.connection, issuer, desk.site.seals, formats))


def look_at_banks_again(desk: Desk, issuer: Issuer) -> int:
    """Credits that fit a rule are deposits; what was recorded since may be what a bank's line was
    about; and time makes some overdue. Returns how many lines a rule was applied to.
    """
    applied = deposit_by_rules(desk.connection, issuer)
    look_again(desk.connection, issuer)
    return applied
