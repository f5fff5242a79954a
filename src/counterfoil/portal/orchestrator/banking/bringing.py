"""Files of a bank that people bring: sealed by this portal, taken in by a worker."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.functional import Promise

from counterfoil.gateway.brought import sealed_parts
from counterfoil.portal.access import Office
from counterfoil.portal.actions import seals
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.banking.file_refusals import file_refusal_text
from counterfoil.portal.orchestrator.banking.words import brought_state, file_kind
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import address_of, record
from counterfoil.portal.words import Word

LATELY: Final = 10
_NAME_LETTERS_MAX: Final = 120
_NOT_IN_A_NAME: Final = re.compile(r"[^\w .()+-]")


@dataclass(frozen=True, slots=True)
class Brought:
    """`kind` and what follows are of the file that it became, None until then."""

    brought_id: UUID
    rail: str
    name: str
    brought_by: str
    brought_at: datetime
    status: str
    why_refused: str | None
    ended_at: datetime | None
    file_id: int | None
    kind: str | None
    message_id: str | None
    entries: int | None
    payments: int | None
    by: str

    @property
    def state(self) -> Word:
        return brought_state(self.status)

    @property
    def kind_word(self) -> Promise | str:
        return file_kind(self.kind or "")

    @property
    def why(self) -> str:
        return file_refusal_text(self.why_refused)

    @property
    def is_waiting(self) -> bool:
        return self.status == "waiting"


@dataclass(frozen=True, slots=True)
class Before:
    """Where the same content is already: taken in at a moment, or waiting."""

    taken_at: datetime | None
    brought_id: UUID | None


def file_rails(office: Office) -> list[str]:
    found = rows(__package__, "file_rails", {"issuer_id": office.issuer_id})
    return [name for (name,) in found]


def came_before(office: Office, content: bytes) -> Before | None:
    asked = {"issuer_id": office.issuer_id, "digest": sha256(content).digest()}
    found = rows(__package__, "came_before", asked)
    return Before(*found[0]) if found else None


@transaction.atomic
def bring(  # who brings which content, as which form sent it
    request: HttpRequest,
    office: Office,
    brought_id: UUID,
    *,
    rail: str,
    name: str,
    content: bytes,
) -> None:
    """Sent twice, it is brought once."""
    digest, shown = sha256(content).digest(), plain_name(name)
    parts = sealed_parts(office.issuer_id, brought_id, rail, shown, digest, office.actor)
    is_new = rows(
        __package__,
        "bring",
        {
            "issuer_id": office.issuer_id,
            "brought_id": brought_id,
            "rail": rail,
            "name": shown,
            "digest": digest,
            "content": content,
            "brought_by": office.actor,
            "seal": seals().seal(*parts),
        },
    )
    if is_new:
        record(
            office.issuer_id,
            office.actor,
            "bank_file.brought",
            subject="bank",
            after={"rail": rail, "digest": digest.hex()},
            address=address_of(request),
        )


def brought_of(office: Office, brought_id: UUID) -> Brought:
    """Raises Http404."""
    found = _brought(office, {"brought_id": brought_id, "rows_max": 1})
    if not found:
        raise Http404
    return found[0]


def being_read(office: Office) -> list[Brought]:
    return _brought(office, {"is_waiting": True, "rows_max": LATELY})


def plain_name(name: str) -> str:
    """What the person called it, less what could mislead."""
    plain = _NOT_IN_A_NAME.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])
    return " ".join(plain.split()).strip(". ")[-_NAME_LETTERS_MAX:] or "file"


def _brought(office: Office, asked: dict[str, object]) -> list[Brought]:
    found = rows(
        __package__,
        "brought",
        {"issuer_id": office.issuer_id, "brought_id": None, "is_waiting": None, **asked},
    )
    names = names_of(row[3] for row in found)
    return [Brought(*[*row, names[row[3]]]) for row in found]
