"""A new issuer: its keys, its first programme, and the group that every issuer has."""

from psycopg import errors as pg

from counterfoil.engine.catalogue import GENERAL_PURPOSE
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer, commit, open_issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.programmes import check_currency, ensure_programme
from counterfoil.errors import ConflictError
from counterfoil.keys.envelope import create_issuer_keys
from counterfoil.keys.provider import KeyProvider
from counterfoil.statements import statement
from counterfoil.voucher import Action


def create_issuer(  # an issuer is what these say
    connection: Connection,
    provider: KeyProvider,
    caller: Caller,
    *,
    code: str,
    name: str,
    currency: str,
    fsp: str = "sandbox",
    funding_account: str | None = None,
    funding_account_name: str = "",
) -> Issuer:
    """With its keys, a first programme, its funding account and the group GENERAL-PURPOSE.

    Raises ConflictError where the code is taken.
    """
    check_currency(currency)
    try:
        row = connection.execute(
            statement(__package__, "insert_issuer"), {"code": code, "name": name}
        ).fetchone()
        if row is None:
            raise AssertionError(code)  # INSERT … RETURNING always has a row
        issuer_id: int = row[0]
        create_issuer_keys(connection, issuer_id, provider)
        connection.commit()
    except pg.UniqueViolation as error:
        connection.rollback()
        raise ConflictError(f"There is an issuer {code} already.") from error
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError(
            "An issuer's code is up to 20 capital letters, digits, - or _; its name is not empty."
        ) from error
    issuer = open_issuer(connection, code, provider)
    journal = issuer.begin(connection)
    ensure_programme(
        connection,
        issuer,
        journal,
        currency,
        fsp=fsp,
        account=funding_account,
        account_name=funding_account_name,
    )
    journal.record(Action.CREATE_ISSUER, caller, subject=f"issuer:{code}")
    journal.add_leaf(Action.CREATE_ISSUER, actor=caller.actor)
    commit(connection, issuer, journal)
    create_group(
        connection,
        issuer,
        caller,
        GroupDesign(
            code=GENERAL_PURPOSE,
            name="General purpose",
            currency=currency,
            valid_for_days=365,
        ),
    )
    return issuer
