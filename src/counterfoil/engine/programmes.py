"""Where an issuer's money is: one programme and one funding account for each currency."""

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.errors import ConflictError
from counterfoil.money import is_currency
from counterfoil.statements import statement


def ensure_programme(  # where its money is
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    currency: str,
    *,
    fsp: str = "sandbox",
    account: str | None = None,
) -> int:
    """Every currency has a programme and a funding account; made with the first use."""
    found = connection.execute(
        statement(__package__, "programme_of_currency"),
        {"issuer_id": issuer.issuer_id, "currency": currency},
    ).fetchone()
    if found is not None:
        return int(found[0])
    number = 1 + len(issuer.catalogue.funding_accounts)
    connection.execute(
        statement(__package__, "insert_programme"),
        {
            "issuer_id": issuer.issuer_id,
            "number": number,
            "code": f"PROGRAMME-{number}",
            "name": f"Programme {number}",
            "currency": currency,
            "fsp": fsp,
            "account": account or f"{issuer.code}-{currency}",
        },
    )
    journal.raise_catalogue()
    return number


def check_currency(currency: str) -> None:
    if not is_currency(currency):
        raise ConflictError(f"{currency} is not a currency in use (ISO 4217, like KES).")
