"""What an operation says of itself may end in a traceback."""

from tests.given import SYSTEM

from counterfoil.engine.operation import (
    Answer,
    Outcome,
    Preactivate,
    Redeem,
    issuer_of_payment,
    new_payment_id,
)

NUMBER = "482915673048261735"


def test_operations_and_answers_do_not_show_their_secrets() -> None:
    redeem = Redeem(caller=SYSTEM, number=NUMBER, acceptor_name="a", acceptor_account="b")
    draw = Preactivate(
        caller=SYSTEM, amount="1", currency="KES", group="G", comment="for Achieng Otieno"
    )
    shown = f"{[redeem, draw, Answer(Outcome.DONE, number=NUMBER)]}"
    assert NUMBER not in shown
    assert "Achieng" not in shown


def test_a_payment_id_names_its_issuer_and_nothing_else_twice() -> None:
    ids = {new_payment_id(7) for _ in range(1000)}
    assert len(ids) == 1000
    assert {issuer_of_payment(one) for one in ids} == {7}
    assert {(one.version, one.variant) for one in ids} == {(8, "specified in RFC 4122")}
    assert issuer_of_payment(new_payment_id(2**31 - 1)) == 2**31 - 1
