"""Who works at a merchant's or for an organisation, as its list of people shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.exporting.columns import Column, moment, text
from counterfoil.portal.pager import Key


@dataclass(frozen=True, slots=True)
class PersonHere:
    """A role of somebody, one of `roles`; who has two stands there twice."""

    roles: type[TextChoices]
    role_id: int
    person_id: int
    shown: str
    name: str
    email: str
    role: str
    is_active: bool
    last_login: datetime | None
    created_at: datetime
    key: Key

    @property
    def role_word(self) -> str:
        return str(self.roles(self.role).label)

    @property
    def state(self) -> str:
        return gettext("Active") if self.is_active else gettext("Closed")


COLUMNS: Final[tuple[Column[PersonHere], ...]] = (
    text(_("Name"), lambda row: row.shown),
    text(_("E-mail"), lambda row: row.email),
    text(_("Role"), lambda row: row.role_word),
    moment(_("Here since"), lambda row: row.created_at),
    moment(_("Last sign-in"), lambda row: row.last_login),
    text(_("State"), lambda row: row.state),
)
