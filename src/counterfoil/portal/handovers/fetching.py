"""Fetching the numbers of a handover: once, with the password, by streaming a file that is nowhere
kept. Many cards are several files in one archive, each made when the one before it was sent.

    begin   the password opens the key; that somebody fetches is recorded         committed
    stream  the file is made in memory and sent                                   nothing is open
    end     sent to its last byte: the key goes, the engine is asked to forget    committed

Where the stream breaks, the key is still there and it may be fetched again. While one fetches,
another is asked to wait. Wrong passwords count; after the last one the numbers are lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from counterfoil.portal.access import Buyer
from counterfoil.portal.handovers.lists import forget_numbers, place_of
from counterfoil.portal.handovers.opening import cards_of
from counterfoil.portal.handovers.progress import progress_of
from counterfoil.portal.handovers.sealing import WrongPasswordError, unwrap_key
from counterfoil.portal.handovers.tables import encrypted_sheet
from counterfoil.portal.handovers.telling import About, tell_of_numbers
from counterfoil.portal.handovers.zipping import zipped
from counterfoil.portal.models import FileKind, HandoverList
from counterfoil.portal.streams import as_here, is_gone
from counterfoil.portal.trail import address_of, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil.portal.handovers.opening import Card

TRIES_MAX: Final = 5
_LEASE: Final = timedelta(minutes=10)
CARDS_A_FILE: Final = 1000
_MANY: Final = "many"
_PIECE_BYTES: Final = 64 * 1024
_TYPES: Final = {
    FileKind.CARDS.value: ("application/pdf", "pdf"),
    _MANY: ("application/zip", "zip"),
    FileKind.SHEET.value: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
}


class NotFetchedError(Exception):
    """`tries_left` where the password was wrong; `is_busy` where another fetches just now."""

    def __init__(self, *, tries_left: int = 0, is_busy: bool = False) -> None:
        super().__init__("not fetched")
        self.tries_left = tries_left
        self.is_busy = is_busy


def fetched(
    request: HttpRequest, buyer: Buyer, handover_id: UUID, password: str
) -> StreamingHttpResponse:
    """The file, as it is sent. Raises NotFetchedError."""
    private_key, kind = _begin(request, buyer, handover_id, password)
    sent = _Sent(request, buyer, handover_id)
    try:
        cards = cards_of(place_of(buyer), handover_id, private_key)
        content = _file(cards, buyer, kind, password)
    except BaseException:
        sent.close()
        raise
    parts, size = (iter([content]), len(content)) if isinstance(content, bytes) else (content, 0)
    media_type, ending = _TYPES[kind if size else _MANY]
    answer = StreamingHttpResponse(_Stream(_pieces(parts), sent), content_type=media_type)
    if size:
        answer.headers["Content-Length"] = str(size)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{buyer.code}-vouchers-{str(handover_id)[:8]}.{ending}"'
    )
    return answer


def _file(
    cards: "Sequence[Card]", buyer: Buyer, kind: str, password: str
) -> bytes | Iterator[bytes]:
    """Of many cards the parts of an archive."""
    if kind == FileKind.SHEET:
        return encrypted_sheet(cards, password=password)
    from counterfoil.portal.handovers.cards import (  # noqa: PLC0415  # takes a second to load
        encrypted_cards,
    )

    def printed(some: "Sequence[Card]") -> bytes:
        return encrypted_cards(
            some, issuer_id=buyer.issuer_id, issuer_name=buyer.issuer_name, password=password
        )

    if len(cards) <= CARDS_A_FILE:
        return printed(cards)
    starts = range(0, len(cards), CARDS_A_FILE)
    return as_here(zipped(printed(cards[start : start + CARDS_A_FILE]) for start in starts))


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    return (
        part[start : start + _PIECE_BYTES]
        for part in parts
        for start in range(0, len(part), _PIECE_BYTES)
    )


def _begin(
    request: HttpRequest, buyer: Buyer, handover_id: UUID, password: str
) -> tuple[bytes, str]:
    """The private key and the kind of file. What was wrong is counted and committed."""
    failed: NotFetchedError | None = None
    private_key = b""
    with transaction.atomic():
        handover = HandoverList.objects.select_for_update().get(pk=handover_id)
        kind = handover.file_kind
        now = timezone.now()
        if handover.wrapped_key is None:
            failed = NotFetchedError()
        elif handover.fetching_since is not None and handover.fetching_since > now - _LEASE:
            failed = NotFetchedError(is_busy=True)
        else:
            try:
                private_key = unwrap_key(
                    place_of(buyer), handover_id, password, bytes(handover.wrapped_key)
                )
            except WrongPasswordError:
                failed = NotFetchedError(tries_left=_count_wrong(request, buyer, handover))
            else:
                handover.fetching_since, handover.wrong_tries = now, 0
                handover.save()
                _record(request, buyer, handover, "handover.fetch_begun")
    if failed is not None:
        raise failed
    return private_key, kind


def _count_wrong(request: HttpRequest, buyer: Buyer, handover: HandoverList) -> int:
    """How many tries are left. After the last one nobody can open the numbers any more."""
    handover.wrong_tries += 1
    left = TRIES_MAX - handover.wrong_tries
    if left > 0:
        handover.save()
        _record(request, buyer, handover, "handover.password_wrong")
    else:
        handover.lost_at = timezone.now()
        forget_numbers(request, buyer, handover, "handover.lost")
        tell_of_numbers(handover, About.LOST, progress_of(buyer.issuer_id, handover.pk).handed)
    return left


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is written down of a file once it was sent, or was not."""

    request: HttpRequest
    buyer: Buyer
    handover_id: UUID

    @transaction.atomic
    def complete(self) -> None:
        handover = HandoverList.objects.select_for_update().get(pk=self.handover_id)
        handover.fetching_since = None
        handover.fetched_by, handover.fetched_at = self.buyer.actor, timezone.now()
        forget_numbers(self.request, self.buyer, handover, "handover.fetched")

    @transaction.atomic
    def close(self) -> None:
        """It broke off: the next one need not wait."""
        handover = HandoverList.objects.select_for_update().get(pk=self.handover_id)
        handover.fetching_since = None
        handover.save()
        _record(self.request, self.buyer, handover, "handover.fetch_broken")


class _Stream:
    """A file in pieces. Its end is written down before the last piece is followed by nothing."""

    def __init__(self, pieces: Iterator[bytes], sent: _Sent) -> None:
        self._pieces = pieces
        self._sent = sent
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._is_over:
            raise StopIteration
        piece = next(self._pieces, None)
        if piece is None:
            if not is_gone(self._sent.request):
                self._is_over = True
                self._sent.complete()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Whoever sends calls it at the end, too."""
        if not self._is_over:
            self._is_over = True
            self._sent.close()


def _record(request: HttpRequest, buyer: Buyer, handover: HandoverList, event: str) -> None:
    record(
        buyer.issuer_id,
        buyer.actor,
        event,
        subject=f"handover:{handover.pk}",
        after={"vouchers": handover.people, "file": handover.file_kind},
        address=address_of(request),
    )
