"""How a person wants to be told by mail, kind by kind: of those that can be told to somebody with
their roles.
"""

from typing import Final

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.models import Person
from counterfoil.portal.models.notifications import ByMail, Notification, NotificationChoice
from counterfoil.portal.notifications.kinds import KINDS, Kind, Told
from counterfoil.portal.queries import rows

Held = frozenset[tuple[str, str]]
_ANSWERS: Final = (
    (ByMail.AT_ONCE.value, _("A mail at once")),
    (ByMail.DIGEST.value, _("In one mail a day")),
    (ByMail.NEVER.value, _("No mail")),
)


class PreferencesForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, person: Person) -> None:
        super().__init__(data)
        self._person = person
        held = frozenset(rows(__package__, "roles_held", {"person_id": person.pk}))
        chosen = dict(
            NotificationChoice.objects.filter(person=person).values_list("kind", "by_mail")
        )
        for kind in KINDS.values():
            told = _told(kind, held)
            if told is not None:
                self.fields[kind.code] = forms.ChoiceField(
                    label=str(kind.name),
                    choices=_ANSWERS,
                    initial=chosen.get(kind.code, told.by_mail.value),
                )

    @transaction.atomic
    def save(self) -> None:
        """What waited for the mail of the day goes with it, unless no more mail is wanted."""
        for kind, by_mail in self.cleaned_data.items():
            NotificationChoice.objects.update_or_create(
                person=self._person, kind=kind, defaults={"by_mail": by_mail}
            )
        never = [kind for kind, answer in self.cleaned_data.items() if answer == ByMail.NEVER]
        Notification.objects.filter(person=self._person, in_digest=True, kind__in=never).update(
            in_digest=False
        )


def _told(kind: Kind, held: Held) -> Told | None:
    """As what they would be told first; whoever works anywhere may have asked for something."""
    for told in kind.told:
        if any((told.audience.value, role) in held for role in told.roles):
            return told
        if not told.roles and any(audience == "office" for audience, _role in held):
            return told
    return None
