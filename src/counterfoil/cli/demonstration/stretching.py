"""The password of the demonstration is stretched as slowly as everybody's, but ahead of its use, by
a thread of its own, and once for sealing and opening. Loaded when Django knows its settings.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from counterfoil.cli.demonstration.logins import PASSWORD
from counterfoil.cli.demonstration.orders import ORDERS
from counterfoil.portal.handovers import sealing

_NEW_SALT: Final = "_new_salt"  # whom it asks
_STRETCH: Final = "_password_key"


@contextmanager
def stretched_ahead() -> Iterator[None]:
    """Until this ends, for as many lists of people as the story has."""
    new_salt, stretch = sealing._new_salt, sealing._password_key  # noqa: SLF001  # what is stood in for
    salts = deque(new_salt() for order in ORDERS if order.people)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="stretching") as pool:
        ahead: dict[bytes, Future[bytes]] = {
            salt: pool.submit(stretch, PASSWORD, salt) for salt in salts
        }

        def prepared(password: str, salt: bytes) -> bytes:
            if password == PASSWORD and salt in ahead:
                return ahead[salt].result()
            return stretch(password, salt)

        setattr(sealing, _NEW_SALT, lambda: salts.popleft() if salts else new_salt())
        setattr(sealing, _STRETCH, prepared)
        try:
            yield
        finally:
            setattr(sealing, _NEW_SALT, new_salt)
            setattr(sealing, _STRETCH, stretch)
            pool.shutdown(cancel_futures=True)
