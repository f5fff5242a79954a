"""Reading one call of dialect 1: its body, its headers, and fields in the two ways they come.

Whoever sends a wrong type for a field gets that field's own code, so these return what the
engine refuses in its order, or raise what can be told before any lookup.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from counterfoil.api import govstack_v1_texts as texts
from counterfoil.api.auth import Principal
from counterfoil.api.body import MalformedBodyError, json_object
from counterfoil.api.govstack_v1_texts import Text
from counterfoil.api.observe import Seen
from counterfoil.engine.journal import new_reference
from counterfoil.engine.operation import Outcome, Preactivate, Redeem
from counterfoil.keys.numbers import check_digit_is_right

COMMENT_CHARACTERS_MAX: Final = 1000
_SERIAL_MAX: Final = 2**63 - 1
_UUID: Final = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGITS: Final = re.compile(r"[0-9]{1,25}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{4,25}", re.ASCII)


class RefusedError(Exception):
    """Ends a call with one of the texts."""

    def __init__(self, text: Text, outcome: str) -> None:
        super().__init__(text.message)
        self.text = text
        self.outcome = outcome


@dataclass(slots=True)
class Asked:
    """One request, read: its headers by lower-case name, its body, and how it is remembered."""

    headers: dict[bytes, bytes]
    seen: Seen
    body: dict[str, Any]
    reference: str


def read_call(headers: dict[bytes, bytes], seen: Seen, body: bytes, *, reads_body: bool) -> Asked:
    """Raises MalformedBodyError for the body, its hash or the correlation id."""
    fields = json_object(body) if reads_body else {}
    if reads_body and not fields:
        raise MalformedBodyError("The body is an empty object.")
    claimed = headers.get(b"x-content-hash")
    if claimed is not None and not hmac.compare_digest(
        claimed.strip().lower(), sha256(body).hexdigest().encode()
    ):
        raise MalformedBodyError("X-Content-Hash is not the SHA-256 of the body, in hexadecimal.")
    correlation_id = headers.get(b"x-correlationid")
    if correlation_id is None:
        return Asked(headers, seen, fields, new_reference())
    if _UUID.fullmatch(correlation_id) is None:
        raise MalformedBodyError("X-CorrelationID must be a UUID.")
    seen.correlation_id = correlation_id.decode().lower()
    return Asked(headers, seen, fields, seen.correlation_id)


def preactivation(asked: Asked, principal: Principal) -> Preactivate:
    """Raises MalformedBodyError for the comment, the one field without a code of its own."""
    body = asked.body
    comment = body.get("voucher_comment")
    if comment is not None and not (
        isinstance(comment, str) and len(comment) <= COMMENT_CHARACTERS_MAX
    ):
        raise MalformedBodyError(
            f"voucher_comment must be a text of up to {COMMENT_CHARACTERS_MAX} characters."
        )
    return Preactivate(
        caller=principal.caller,
        reference=asked.reference,
        amount=_text(body, "voucher_amount"),
        currency=_text(body, "voucher_currency"),
        group=_text(body, "voucher_group"),
        comment=comment or None,
    )


def redemption(asked: Asked, principal: Principal) -> Redeem:
    """Raises RefusedError (461). A merchant that cannot be read stands for nobody: the voucher's
    own state comes first, and then the engine finds no such merchant.
    """
    body = asked.body
    name, account = body.get("merchant_name"), body.get("merchant_bank_details")
    group, override = body.get("merchant_voucher_group"), body.get("override")
    if not (
        isinstance(name, str)
        and isinstance(account, str)
        and isinstance(group, str | None)
        and isinstance(override, bool | None)
    ):
        name, account, group = "", "", None
    return Redeem(
        caller=principal.caller,
        reference=asked.reference,
        number=_number(body.get("voucher_number"), principal.imported_lengths),
        acceptor_name=name,
        acceptor_account=account,
        acceptor_group=group or "",  # who claims no group matches none
        override=override is True,
    )


def _number(given: object, imported_lengths: frozenset[int]) -> str:
    """Digits whose check digit fits. Raises RefusedError, told before any lookup."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _SERIAL_MAX:
        given = str(given)
    if not isinstance(given, str) or _NUMBER.fullmatch(given) is None:
        raise RefusedError(texts.NUMBER_MALFORMED, Outcome.NUMBER_MALFORMED)
    if len(given) not in imported_lengths and not check_digit_is_right(given):
        raise RefusedError(texts.NUMBER_MISTYPED, Outcome.NUMBER_MALFORMED)
    return given


def serial_number(given: object) -> int | None:
    """A serial as int64 or text of digits; None for anything else."""
    if isinstance(given, str):
        if _DIGITS.fullmatch(given) is None:
            return None
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        return None
    return given if 0 < given <= _SERIAL_MAX else None


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None
