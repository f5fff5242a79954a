"""Tax numbers, telephones and bank data: what is taken, what is not, and as what it is kept."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from counterfoil.portal.merchants import checks
from counterfoil.portal.merchants.checks import Bank, TaxId


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("KE", "P051365947M", "P051365947M"),
        ("KE", " p051365947m ", "P051365947M"),
        ("ES", "B-58378431", "B58378431"),
        ("ES", "54362315K", "54362315K"),
        ("BR", "16.727.230/0001-97", "16727230000197"),
        ("BR", "390.533.447-05", "39053344705"),
        ("DE", "DE 136,695 976", "136695976"),
        ("US", "12-3456789", "123456789"),
        ("CO", "213.123.432-1", "2131234321"),
        ("GH", "C0000803561", "C0000803561"),
    ],
)
def test_a_tax_number_of_a_known_country_is_checked(country: str, text: str, number: str) -> None:
    assert checks.tax_id(text, country) == TaxId(number, is_checked=True)


@pytest.mark.parametrize(
    ("country", "number", "compared"),
    [
        ("KE", "P051365947M", False),  # of Kenya's only the form is known
        ("US", "123456789", False),
        ("ES", "B58378431", True),
        ("ES", "54362315K", True),
        ("BR", "39053344705", True),
        ("DE", "136695976", True),
        ("GH", "C0000803561", True),
        ("UG", "1000123456", False),
    ],
)
def test_it_is_known_whether_a_typing_error_would_be_seen(
    country: str,
    number: str,
    compared: bool,  # noqa: FBT001  # what is expected
) -> None:
    assert checks.compares_check_digits(number, country) is compared


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("KE", "P05136594M"),
        ("KE", "X051365947M"),
        ("ES", "B-58378432"),
        ("BR", "16.727.230/0001-98"),
        ("DE", "DE136695978"),
        ("US", "1234"),
    ],
)
def test_a_wrong_tax_number_of_a_known_country_is_refused(country: str, text: str) -> None:
    with pytest.raises(ValidationError, match="not a tax number of that country"):
        checks.tax_id(text, country)


def test_a_tax_number_of_an_unknown_country_is_taken_and_marked_so() -> None:
    assert not checks.knows_tax_ids("UG")
    assert checks.tax_id("1000-123 456", "UG") == TaxId("1000-123 456", is_checked=False)


@pytest.mark.parametrize("text", ["-", "ab", "<b>1234</b>", "1" * 41, "12\x003456"])
def test_what_is_no_number_at_all_is_refused_everywhere(text: str) -> None:
    with pytest.raises(ValidationError, match="as it stands on the paper"):
        checks.tax_id(text, "UG")


@pytest.mark.parametrize(
    ("text", "country", "kept", "shown"),
    [
        ("0712 345678", "KE", "+254712345678", "+254 712 345678"),
        ("+254 712-345-678", "", "+254712345678", "+254 712 345678"),
        ("612 34 56 78", "ES", "+34612345678", "+34 612 34 56 78"),
        ("+34 612 34 56 78", "KE", "+34612345678", "+34 612 34 56 78"),
    ],
)
def test_a_telephone_is_kept_as_machines_dial_it(
    text: str, country: str, kept: str, shown: str
) -> None:
    assert checks.telephone(text, country) == kept
    assert checks.telephone_text(kept) == shown


@pytest.mark.parametrize(
    ("text", "country"),
    [("0712", "KE"), ("abc", "KE"), ("0712 345678", ""), ("+254 712 345678 ext 5", "KE")],
)
def test_what_is_no_telephone_is_refused(text: str, country: str) -> None:
    with pytest.raises(ValidationError, match="not a telephone number"):
        checks.telephone(text, country)


def test_an_iban_is_kept_bare_with_the_bank_that_has_it() -> None:
    bank = checks.iban("gb29 nwbk 6016 1331 9268 19")
    assert bank == Bank("iban", "NWBKGB2LXXX", "GB29NWBK60161331926819")
    assert bank.shown == "GB29 NWBK 6016 1331 9268 19"
    assert bank.bank_name == "NATIONAL WESTMINSTER BANK PUBLIC LIMITED COMPANY"


def test_an_iban_whose_bank_no_register_has_is_kept_with_its_bank_code() -> None:
    bank = checks.iban("EG380019000500000000263180002")
    assert bank == Bank("iban", "EG0019", "EG380019000500000000263180002")
    assert bank.bank_name == ""


@pytest.mark.parametrize(
    "text",
    [
        "GB29 NWBK 6016 1331 9268 18",
        "ES91 2100 0418 4502 0005 1333",
        "ES9021000418450200051333",
        "KE00 1234",
        "XX",
        "1234567890",
    ],
)
def test_a_wrong_iban_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="not an IBAN"):
        checks.iban(text)


def test_an_account_is_kept_without_its_spaces() -> None:
    assert checks.account(" 0123 456-789 ", " Equity   Bank ") == Bank(
        "account", "Equity Bank", "0123456-789"
    )


@pytest.mark.parametrize("text", ["12", "", "-123", "1" * 35, "12;34", "０１２３"])  # noqa: RUF001
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="letters, digits"):
        checks.account(text, "Equity")


def test_a_wallet_is_a_telephone_with_a_provider() -> None:
    bank = checks.wallet("0712 345678", "M-PESA", "KE")
    assert bank == Bank("wallet", "M-PESA", "+254712345678")
    assert bank.shown == "+254 712 345678"
    with pytest.raises(ValidationError, match="not a telephone number"):
        checks.wallet("12", "M-PESA", "KE")


def test_what_is_wrong_is_said_in_the_language_of_the_page() -> None:
    with translation.override("en"), pytest.raises(ValidationError) as found:
        checks.iban("XX")
    assert found.value.messages == [
        "This is not an IBAN. Compare it with the bank card or a statement, sign by sign."
    ]
