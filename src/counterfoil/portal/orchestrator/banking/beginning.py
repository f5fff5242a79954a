"""Forms about money that are begun from a line of the bank: it is named by its number alone."""

from django.http import Http404, HttpRequest

from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.banking.lines import Line, line_of

_ID_MAX = 10**9 - 1


def line_asked(request: HttpRequest, office: Office, funding_account_id: int) -> Line | None:
    """The credit that the address names, where nobody has recorded it; None where there is none."""
    asked = request.GET.get("line", "")
    if not asked.isdecimal() or not asked.isascii() or len(asked) > len(str(_ID_MAX)):
        return None
    try:
        line = line_of(office, int(asked))
    except Http404:
        return None
    is_there = line.funding_account_id == funding_account_id
    return line if line.is_proposed and is_there else None


def movement_of(line: Line | None) -> dict[str, object]:
    """What a form about a movement begins with."""
    if line is None:
        return {}
    return {
        "amount": line.money,
        "reference": line.bank_reference,
        "value_date": line.value_on,
    }


def payment_of(line: Line | None) -> dict[str, object]:
    """What the form about the payment of a purchase begins with."""
    if line is None:
        return {}
    return {
        "source": "bank",
        "amount": line.money,
        "bank_reference": line.bank_reference,
        "value_date": line.value_on,
    }
