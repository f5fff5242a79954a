"""What the portal does without being asked, beside the worker: it takes over what was approved, and
tells people what came of it, whether or not anybody looks at a page.

Mails lead to the portal by its name; one that has none is tried on one machine, where the pages
themselves do this when they are looked at.
"""

from threading import Event
from typing import Final

import structlog
from django.db import Error, connection

from counterfoil.keys.provider import KeyProvider
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.queries import rows
from counterfoil.portal.schema import portal_secret

_PAUSE_SECONDS: Final = 10.0

_log = structlog.get_logger("counterfoil.portal")


def keep_up(url: str, provider: KeyProvider, serving: Serving, stopping: Event) -> None:
    """Until it is told to stop. Any number of workers may: every row is locked by who does it."""
    if not serving.hosts:
        return
    configure(url, secret=portal_secret(url, provider), serving=serving)
    while not stopping.wait(_PAUSE_SECONDS):
        try:
            look_after(f"https://{serving.hosts[0]}")
        except Error as error:  # the database is away: it is tried again
            _log.warning("upkeep.database_lost", cause=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # whatever it was, the next round comes
            _log.error("upkeep.failed", cause=type(error).__name__)
        finally:
            connection.close()


def look_after(origin: str) -> None:
    """One round over the issuers of which something waits to be seen."""
    # Models can only be read once Django is configured.
    from counterfoil.portal.merchants.following import follow  # noqa: PLC0415
    from counterfoil.portal.merchants.links import ApplyingAt  # noqa: PLC0415

    for issuer_id, code, name in rows(__package__, "to_follow", {"issuers_max": 1000}):
        follow(ApplyingAt(issuer_id, code, name, origin))
