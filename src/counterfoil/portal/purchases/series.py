"""Gapless numbers, of an issuer and a kind: drawn in the transaction that uses them."""

from counterfoil.portal.queries import rows

PURCHASES = "purchase"


def next_number(issuer_id: int, kind: str) -> int:
    """Others of this kind wait until the transaction ends, or take it over where it came to
    nothing.
    """
    found = rows(__package__, "next_number", {"issuer_id": issuer_id, "kind": kind})
    return int(found[0][0])
