"""What the portal does without being asked, beside the worker: it takes over what was approved,
tells people what came of things whether or not anybody looks at a page, and sends the mails.

Any number of workers may: every row is locked, or written once, by who does it. Mails lead to the
portal by its name. Without one it is tried on one machine: then mails have no links, and merchants
are followed where their pages are looked at.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

import structlog
from django.db import Error, connection

from counterfoil.keys.provider import KeyProvider
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.queries import rows
from counterfoil.portal.schema import portal_secret

_TRY_AGAIN_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 1.0
_MAILS_SECONDS: Final = 2.0

_log = structlog.get_logger("counterfoil.portal")


@dataclass(frozen=True, slots=True)
class Round:
    """`turn` is done again when the pause since it was last begun is over."""

    name: str
    turn: Callable[[], object]
    pause_seconds: float


def keep_up(url: str, provider: KeyProvider, serving: Serving, stopping: Event) -> None:
    """Until it is told to stop."""
    while not _is_configured(url, provider, serving):
        if stopping.wait(_TRY_AGAIN_SECONDS):
            return
    sender = Thread(target=_send_mails, args=(serving, stopping), name="mails", daemon=True)
    sender.start()
    go_round(rounds(serving), stopping)
    sender.join()


def rounds(serving: Serving) -> list[Round]:
    # Models can only be read once Django is configured.
    from counterfoil.portal.handovers.following import follow_handovers  # noqa: PLC0415
    from counterfoil.portal.handovers.telling import tell_of_unfetched  # noqa: PLC0415
    from counterfoil.portal.notifications import following, mails  # noqa: PLC0415
    from counterfoil.portal.notifications.banking import tell_of_banks  # noqa: PLC0415
    from counterfoil.portal.notifications.redeemed import tell_redemptions  # noqa: PLC0415
    from counterfoil.portal.purchases.cancelled import tell_of_cancelled  # noqa: PLC0415
    from counterfoil.portal.purchases.following import follow_all  # noqa: PLC0415
    from counterfoil.portal.sending import forget_old  # noqa: PLC0415

    found = [
        Round("ends of commands", following.tell_ends, 5.0),
        Round("purchases", follow_all, 2.0),
        Round("cancelled vouchers", tell_of_cancelled, 30.0),
        Round("requests of systems", following.tell_systems_requests, 30.0),
        Round("low stocks", following.tell_low_stocks, 30.0),
        Round("banks", tell_of_banks, 30.0),
        Round("handovers", follow_handovers, 2.0),
        Round("numbers not fetched", tell_of_unfetched, 60.0),
        Round("redemptions of the day", tell_redemptions, 600.0),
        Round("digests", mails.mail_digests, 60.0),
        Round("old mails", forget_old, 3600.0),
        Round("old notifications", following.forget_old_notifications, 3600.0),
    ]
    if serving.hosts:
        origin = f"https://{serving.hosts[0]}"
        found.append(Round("merchants and organisations", lambda: look_after(origin), 10.0))
    return found


def look_after(origin: str) -> None:
    """One round over the issuers of which something waits to be seen."""
    from counterfoil.portal.applying.links import ApplyingAt  # noqa: PLC0415
    from counterfoil.portal.merchants.following import follow  # noqa: PLC0415  # as above
    from counterfoil.portal.organisations import following  # noqa: PLC0415

    for issuer_id, code, name in rows(__package__, "to_follow", {"issuers_max": 1000}):
        at = ApplyingAt(issuer_id, code, name, origin)
        follow(at)
        following.follow(at)


def _is_configured(url: str, provider: KeyProvider, serving: Serving) -> bool:
    try:
        configure(url, secret=portal_secret(url, provider), serving=serving)
    except Exception as error:  # noqa: BLE001  # whatever it was, it is tried again
        _log.warning("upkeep.not_begun", cause=type(error).__name__)
        return False
    return True


def _send_mails(serving: Serving, stopping: Event) -> None:
    """Beside the rounds: a mail server may take its time."""
    from counterfoil.portal.sending import send_waiting  # noqa: PLC0415  # as above

    if serving.smtp_url is not None:
        go_round([Round("mails", lambda: send_waiting(stopping), _MAILS_SECONDS)], stopping)


def go_round(rounds_due: Sequence[Round], stopping: Event) -> None:
    begun = dict.fromkeys((each.name for each in rounds_due), float("-inf"))
    while not stopping.wait(_PAUSE_SECONDS):
        for each in rounds_due:
            now = time.monotonic()
            if now - begun[each.name] >= each.pause_seconds and not stopping.is_set():
                begun[each.name] = now
                _do(each)
    connection.close()


def _do(each: Round) -> None:
    try:
        each.turn()
    except Error as error:  # the database is away: it is tried again
        _log.warning("upkeep.database_lost", round=each.name, cause=type(error).__name__)
        connection.close()
    except Exception as error:  # noqa: BLE001  # whatever it was, the others' turns come
        _log.error("upkeep.failed", round=each.name, cause=type(error).__name__)
        connection.close()
