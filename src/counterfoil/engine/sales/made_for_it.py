"""What a sale is short of, provisioned from its own payment: the money is charged first and made
available, and set aside for the new stock in the same transaction; all of its serials are the
organisation's from the beginning.
"""

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.budgets import check_budget
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.provision import group_to_stock, set_aside
from counterfoil.engine.sales.charging import SYSTEM, charge, note_sold
from counterfoil.engine.sales.cutting import Cut, keep
from counterfoil.engine.sales.reading import Allocation, Sale
from counterfoil.engine.stock import StockCursor
from counterfoil.money import Money
from counterfoil.voucher import Action


def provision_rest(  # what for, of what, how many
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    sale: Sale,
    line: Allocation,
    count: int,
) -> None:
    """Begin a provision of so many vouchers for the line.

    Raises ConflictError where that version is provisioned no more, or it is beyond the budget of
    the programme; then nothing was written.
    """
    wanted = issuer.catalogue.group_versions[line.group_id, line.group_version]
    face = Money(line.amount_minor, sale.currency)
    version = group_to_stock(issuer, wanted.code, face, count, line.group_version)
    programme = issuer.catalogue.programmes_by_id[version.programme_id]
    value_minor = line.amount_minor * count
    check_budget(connection, issuer.issuer_id, programme, value_minor)
    first = journal.head.next_serial
    provision_id = set_aside(connection, issuer, journal, version, face, count, is_drawn=True)
    serials = range(first, first + count)
    cursor = StockCursor(
        provision_id, line.group_id, line.group_version, line.amount_minor, first, first
    )
    keep(connection, issuer, line, Cut(cursor, serials), status="sold")
    charge(journal, sale, line, serials)
    note_sold(connection, issuer, sale, line, count)
    operation_id = journal.record(
        Action.PROVISION,
        SYSTEM,
        reference=f"~provision:{sale.sale_id}:{line.line}",
        amount_minor=value_minor,
        subject=f"provision:{provision_id}",
    )
    account = version.funding_account_id
    journal.post(
        operation_id,
        Posting(
            Account(AccountKind.AVAILABLE, account),
            Account(AccountKind.EARMARKED, account, provision_id),
            value_minor,
        ),
    )
    journal.add_leaf(
        Action.PROVISION,
        group_id=line.group_id,
        amount_minor=value_minor,
        currency=sale.currency,
        actor=SYSTEM.actor,
    )
