"""What the worker does about accounts: which rails there are is told to the engine, accounts are
verified, and what was said of identifiers is forgotten in time.
"""

from counterfoil.engine.accounts.directory import forget_lookups
from counterfoil.engine.accounts.rails import tell_rails
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.verifying import verify_accounts
from counterfoil.jobs.site import Desk


def tell_of_rails(desk: Desk, issuer: Issuer) -> int:
    rails = {rail.name: rail.is_online for rail in desk.site.rails.of(issuer.code)}
    return int(tell_rails(desk.connection, issuer, rails))


def verify_due_accounts(desk: Desk, issuer: Issuer) -> int:
    return verify_accounts(desk.connection, issuer, desk.site.rails.online_of(issuer.code))


def forget_old_lookups(desk: Desk, issuer: Issuer) -> int:
    forget_lookups(desk.connection, issuer)
    return 0
