"""Redemptions at many merchants, made quickly: vouchers by the engine, each then redeemed by SQL in
one step, so that `counterfoil check` finds nothing wrong with them. A leaf stands for a part of
them.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from bench.server import AMOUNT, BENCH, GROUP
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.log.leaf import SerialRange
from counterfoil.statements import statement
from counterfoil.voucher import Action

_MERCHANTS_AT_ONCE: Final = 500
_VOUCHERS_AT_ONCE: Final = 50_000


def given_redemptions(
    connection: Connection, url: str, issuer: Issuer, *, merchants: int, vouchers: int
) -> None:
    """At merchants in turn."""
    ids: list[int] = []
    for first in range(0, merchants, _MERCHANTS_AT_ONCE):
        last = min(first + _MERCHANTS_AT_ONCE, merchants)
        designs = [
            AcceptorDesign(name=f"Merchant {number:05}", kind="merchant", account=f"M-{number:05}")
            for number in range(first, last)
        ]
        ids.extend(create_acceptors(connection, issuer, BENCH, designs))
    redeem_at(connection, url, issuer, GROUP, ids, vouchers)


def redeem_at(  # of which group, at whom, how many
    connection: Connection, url: str, issuer: Issuer, group: str, ids: Sequence[int], vouchers: int
) -> None:
    """New vouchers, at these merchants in turn: their ids follow one another."""
    provision = begin_provision(
        connection, issuer, BENCH, group_code=group, money=AMOUNT, count=vouchers
    )
    for _chunk in finish_provision(connection, issuer, provision.provision_id):
        pass
    with connect_as_owner(url) as owner:
        owner.execute("SET statement_timeout = 0")
        owner.commit()
        last_serial = provision.serial_first + vouchers - 1
        for serial in range(provision.serial_first, last_serial + 1, _VOUCHERS_AT_ONCE):
            until = min(serial + _VOUCHERS_AT_ONCE - 1, last_serial)
            _redeem(owner, issuer, provision.provision_id, serial, until, ids)


def _redeem(  # who redeems, of which provision, from where to where, and at whom
    owner: Connection, issuer: Issuer, provision_id: int, first: int, last: int, ids: Sequence[int]
) -> None:
    journal = issuer.begin(owner)
    count = last - first + 1
    owner.execute(
        statement(__package__, "redeemed"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": provision_id,
            "serial_first": first,
            "serial_last": last,
            "first_operation": journal.head.next_operation,
            "first_posting": journal.head.next_posting,
            "leaf_number": journal.head.next_leaf,
            "now": journal.head.now,
            "first_acceptor": ids[0],
            "acceptors": len(ids),
        },
    )
    journal.head.next_operation += count
    journal.head.next_posting += count
    journal.add_leaf(
        Action.REDEEM,
        serials=SerialRange(first, last, count),
        rows=sha256(b"made by the bench").digest(),
        actor=BENCH.actor,
    )
    commit(owner, issuer, journal)
