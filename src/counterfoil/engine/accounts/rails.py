"""The rails that the workers have, told to the engine: it must know which of them pay at once."""

from collections.abc import Mapping

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.statements import statement


def tell_rails(connection: Connection, issuer: Issuer, rails: Mapping[str, bool]) -> bool:
    """By name, whether each pays at once. Whether anything was new: then it counts from the commit
    on. What another worker told of stays.
    """
    issuer.catch_up(connection)
    connection.rollback()
    if rails.items() <= issuer.catalogue.rails.items():
        return False
    journal = issuer.begin(connection)
    with or_nothing(connection):
        journal.raise_catalogue()
        connection.execute(
            statement(__package__, "upsert_rails"),
            {
                "issuer_id": issuer.issuer_id,
                "names": list(rails),
                "are_online": list(rails.values()),
            },
        )
        commit(connection, issuer, journal)
    return True
