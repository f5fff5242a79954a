"""`check` finds nothing after a busy life, and names whatever was damaged."""

from collections.abc import Iterator

import pytest
from tests.busy_life import given_busy_life
from tests.given import given_issuer

from counterfoil.engine.check import RULES, check, differences
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider

# What somebody with the superuser's rights might do, and the rules that must then name it.
DAMAGES = {
    "a balance changed": (
        "UPDATE account SET credit_minor = credit_minor + 500 WHERE kind = 4",
        {"check_accounts", "check_value"},
    ),
    "an account dropped": (
        "DELETE FROM account WHERE kind = 5",
        {"check_accounts", "check_redeemed", "check_payouts"},
    ),
    "a payable raised": (
        "UPDATE account SET credit_minor = credit_minor + 1 WHERE kind = 5",
        {"check_accounts", "check_redeemed", "check_payouts"},
    ),
    "a posting deleted": (
        "DELETE FROM posting WHERE debit_kind = 4 AND credit_kind = 5",
        {
            "check_accounts",
            "check_value",
            "check_redeemed",
            "check_numbering",
            "check_postings",
            "check_figures",
        },
    ),
    "a posting invented": (
        "INSERT INTO posting VALUES (1, 99999, 99999, 100, 1, 1, 2, 0, 0)",
        {"check_accounts", "check_numbering", "check_postings"},
    ),
    "an operation deleted": (
        (
            "DELETE FROM operation WHERE action = 12 AND operation_id ="
            " (SELECT max(operation_id) FROM operation WHERE action = 12)"
        ),
        {"check_numbering", "check_postings", "check_states", "check_chains", "check_figures"},
    ),
    "a leaf deleted": ("DELETE FROM leaf WHERE leaf_number = 7", {"check_numbering"}),
    "the last leaf deleted": (
        "DELETE FROM leaf WHERE leaf_number = (SELECT max(leaf_number) FROM leaf)",
        {"check_numbering"},
    ),
    "the head set back": (
        "UPDATE log_head SET next_operation = next_operation - 1",
        {"check_numbering"},
    ),
    "a redeemed voucher made active": (
        (
            "UPDATE voucher SET state = 3 WHERE serial = "
            " (SELECT min(serial) FROM voucher WHERE state = 5 AND group_id = 2)"
        ),
        {"check_value", "check_stock", "check_states"},
    ),
    "an expired voucher made active": (
        "UPDATE voucher SET state = 3 WHERE state = 9",
        {"check_value", "check_stock", "check_states", "check_due"},
    ),
    "a voucher worth more": (
        (
            "UPDATE voucher SET amount_minor = 9000 WHERE serial = "
            " (SELECT min(serial) FROM voucher WHERE state = 3 AND group_id = 2)"
        ),
        {"check_value", "check_stock", "check_provisions"},
    ),
    "a stocked voucher deleted": (
        "DELETE FROM voucher WHERE serial = (SELECT max(serial) FROM voucher WHERE state = 1)",
        {"check_value", "check_stock", "check_provisions"},
    ),
    "a drawn voucher put back into stock": (
        (
            "UPDATE voucher SET state = 1 WHERE serial ="
            " (SELECT min(serial) FROM voucher WHERE state = 2)"
        ),
        {"check_stock", "check_provisions", "check_states"},
    ),
    "a count changed": (
        "UPDATE stock_count SET vouchers = vouchers + 1 WHERE state = 5",
        {"check_stock"},
    ),
    "a purged voucher counted as another": (
        "UPDATE purged_count SET vouchers = vouchers + 1 WHERE state = 5",
        {"check_stock"},
    ),
    "a budget cut": ("UPDATE programme SET budget_minor = 1", {"check_programmes"}),
    "a programme closed by hand": (
        "UPDATE programme SET status = 'closed'",
        {"check_programmes"},
    ),
    "a cursor moved on": (
        "UPDATE provision SET next_drawn = next_drawn + 2 WHERE provision_id = 1",
        {"check_provisions"},
    ),
    "a cursor of what is created moved back": (
        "UPDATE provision SET next_created = next_created - 1 WHERE provision_id = 2",
        {"check_provisions", "check_earmarked"},
    ),
    "money earmarked for nothing": (
        "UPDATE account SET credit_minor = credit_minor + 1 WHERE kind = 3 AND owner_id = 1",
        {"check_accounts", "check_earmarked"},
    ),
    "a provision moved into another": (
        "UPDATE provision SET serial_first = serial_first - 5 WHERE provision_id = 2",
        {"check_ranges", "check_provisions", "check_figures"},
    ),
    "a payment forgotten": (
        "DELETE FROM payment WHERE status = 'pending'",
        {"check_payments", "check_postings"},
    ),
    "a payment opened again": (
        "UPDATE payment SET status = 'pending' WHERE status = 'completed'",
        {"check_payments"},
    ),
    "a payment of another amount": (
        "UPDATE payment SET amount_minor = 1 WHERE status = 'pending'",
        {"check_payments"},
    ),
    "a sealed number lost": (
        "DELETE FROM voucher_secret WHERE serial = (SELECT min(serial) FROM voucher WHERE state=3)",
        {"check_secrets"},
    ),
    "a sealed number kept too long": (
        "INSERT INTO voucher_secret SELECT issuer_id, serial, 1, '' FROM voucher WHERE state = 10",
        {"check_secrets"},
    ),
    "a voucher that would never expire": (
        "DELETE FROM due WHERE serial = (SELECT min(serial) FROM voucher WHERE state = 3)",
        {"check_due"},
    ),
    "a suspended voucher that forgot where it was": (
        "UPDATE voucher SET prior_state = NULL WHERE state = 6",
        {"check_states"},
    ),
    "a chapter of a voucher's story torn out": (
        "UPDATE voucher SET last_operation = NULL WHERE state = 5",
        {"check_chains"},
    ),
    "an import that was not": (
        "INSERT INTO import_file VALUES (1, '\\x00', 'vouchers', 12)",
        {"check_imports"},
    ),
    "a figure raised": (
        "UPDATE figure SET amount_minor = amount_minor + 1 WHERE measure = 'redeemed'",
        {"check_figures", "check_redemptions"},
    ),
    "a block of days forgotten": ("DELETE FROM figure WHERE days = 16", {"check_figures"}),
    "a figure of somebody who has none": (
        "INSERT INTO figure VALUES (1, 'acceptor', 'paid', 1, '2026-01-01', 9, 1, 1, 1000)",
        {"check_figures"},
    ),
    "figures folded twice": (
        "UPDATE figure_cursor SET next_operation = next_operation - 9, next_posting = 9",
        {"check_figures", "check_payouts"},
    ),
    "a redemption that nobody lists": (
        "DELETE FROM redemption WHERE operation_id = (SELECT max(operation_id) FROM redemption)",
        {"check_redemptions"},
    ),
    "a redemption of another voucher": (
        "UPDATE redemption SET serial = serial + 1",
        {"check_redemptions"},
    ),
    "a place where nothing was redeemed": (
        "INSERT INTO redeemed_where VALUES (1, 1, 4, '2026-01-01', 1, 1, 1, 1000)",
        {"check_redemptions"},
    ),
    "vouchers counted to an allocation that is not": (
        "INSERT INTO allocation_count VALUES (1, 1, 3, 5)",
        {"check_figures"},
    ),
}


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_busy_life(connection, provider)
    catch_up(connection, issuer.issuer_id)
    return issuer


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    connection = connect_as_owner(database)
    yield connection
    connection.close()


def test_nothing_differs_after_a_busy_life(connection: Connection, issuer: Issuer) -> None:
    assert check(connection) == []
    assert check(connection, issuer.issuer_id) == []


def test_each_damage_is_found_and_named(
    connection: Connection, owner: Connection, issuer: Issuer
) -> None:
    """One database for all: each damage is undone after it was looked at."""
    found_rules = set()
    for what, (damage, rules) in DAMAGES.items():
        assert owner.execute(damage).rowcount > 0, what
        found = differences(owner)
        owner.rollback()
        assert {difference.rule for difference in found} == rules, (what, *map(str, found))
        assert all(difference.issuer == issuer.code for difference in found)
        assert all(difference.rows for difference in found)
        found_rules |= rules
    # Others have damages of their own, such as sales/test_check_sales.py.
    elsewhere = {"check_sales", "check_earnings", "check_periods", "check_banking"}
    assert found_rules == set(RULES) - elsewhere
    assert check(connection) == []


@pytest.mark.usefixtures("issuer")
def test_a_difference_reads_as_a_sentence(connection: Connection, owner: Connection) -> None:
    owner.execute("UPDATE account SET debit_minor = debit_minor + 7 WHERE kind = 1")
    owner.commit()
    (difference,) = check(connection)
    assert str(difference) == (
        "AID: An account is the sum of its postings. funding:0 debited:"
        " expected 10000000, found 10000007 (funding account 1)"
    )


@pytest.mark.usefixtures("issuer")
def test_a_changed_state_names_the_voucher(connection: Connection, owner: Connection) -> None:
    row = owner.execute("SELECT min(serial) FROM voucher WHERE state = 5").fetchone()
    assert row is not None
    owner.execute("UPDATE voucher SET state = 8 WHERE serial = %s", row)
    owner.commit()
    named = {name for difference in check(connection) for name in difference.rows}
    assert f"voucher {row[0]}" in named


def test_one_issuer_is_checked_without_the_others(
    connection: Connection, owner: Connection, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    other = given_issuer(connection, provider, code="OTHER")
    owner.execute("UPDATE log_head SET next_leaf = 99 WHERE issuer_id = %s", (other.issuer_id,))
    owner.commit()
    assert check(connection, issuer.issuer_id) == []
    assert [difference.issuer for difference in check(connection)] == ["OTHER"]


@pytest.mark.usefixtures("issuer")
def test_the_connection_is_left_as_it_was(connection: Connection) -> None:
    check(connection)
    connection.execute("UPDATE log_head SET next_leaf = next_leaf")
    row = connection.execute("SHOW transaction_isolation").fetchone()
    assert row == ("read committed",)
