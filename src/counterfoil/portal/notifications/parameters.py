"""What a notification is about, as it is kept and as people read it."""

import msgspec

from counterfoil.money import Money
from counterfoil.portal.language import money_text
from counterfoil.portal.templatetags.counterfoil import count as count_text
from counterfoil.portal.words import command_state, command_word


class Parameters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Neither personal data nor a voucher's number goes into any. `name` is that of a thing or of
    an organisation, `reference` a purchase's; `command` is a kind of command, `status` a command's.
    """

    name: str = ""
    reference: str = ""
    amount_minor: int | None = None
    currency: str = ""
    count: int | None = None
    command: str = ""
    status: str = ""


def kept(parameters: Parameters) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(parameters)
    return plain


def read(text: str) -> Parameters:
    """From the JSON it is kept in, by whatever version of this portal: what is not known any more
    is left out.
    """
    return msgspec.json.decode(text, type=Parameters)


def words(parameters: Parameters) -> dict[str, str]:
    """What stands in a kind's texts, in the language of the page; empty for what it has not."""
    has_count = parameters.count is not None
    return {
        "name": parameters.name,
        "reference": parameters.reference,
        "money": _money(parameters),
        "count": count_text(parameters.count) if has_count else "",
        "command": str(command_word(parameters.command)),
        "status": str(command_state(parameters.status)),
    }


def _money(parameters: Parameters) -> str:
    if parameters.amount_minor is None or not parameters.currency:
        return ""
    return money_text(Money(parameters.amount_minor, parameters.currency))
