"""When it all seems to have been: what the portal keeps of its own gets times of the last months.
The engine's journal and commands keep their real ones. Loaded when Django knows its settings.
"""

from collections.abc import Mapping
from typing import Final

from counterfoil.cli.demonstration.applications import APPLICATIONS
from counterfoil.cli.demonstration.logins import LOGINS
from counterfoil.cli.demonstration.office import INVITED, LENT_DAYS
from counterfoil.cli.demonstration.registering import profile_key
from counterfoil.cli.demonstration.shops import SHOPS
from counterfoil.cli.demonstration.vouchers import DRAFTS, draft_key
from counterfoil.engine.database import connect_as_owner
from counterfoil.statements import statement

_SETTLED_DAYS: Final = 88
_CAME_DAYS: Final[Mapping[str, int]] = {"owner": 80, "cashier": 33}
_INVITED_DAYS: Final = 1


def move_back(url: str, issuer_id: int) -> None:
    """As the owner of the tables, because the portal cannot change its trail."""
    profiles = {profile_key(name): shop.days for name, shop in SHOPS.items()}
    profiles |= {profile_key(each.name): each.shop.days for each in APPLICATIONS}
    people = {each.email: _CAME_DAYS.get(each.role, _SETTLED_DAYS) for each in LOGINS}
    people |= {INVITED: _INVITED_DAYS}
    drafts = {draft_key(code): days for code, (_design, _steps, days) in DRAFTS.items()}
    with connect_as_owner(url) as connection:
        for name, parameters in (
            (
                "profiles_earlier",
                {"profile_ids": list(profiles), "days": list(profiles.values())},
            ),
            ("people_earlier", {"emails": list(people), "days": list(people.values())}),
            (
                "house_earlier",
                {
                    "issuer_id": issuer_id,
                    "settled_days": _SETTLED_DAYS,
                    "lent_days": LENT_DAYS + 1,
                    "draft_ids": list(drafts),
                    "draft_days": list(drafts.values()),
                },
            ),
        ):
            connection.execute(statement(__package__, name), parameters)
        connection.commit()
