"""Who an actor is, as people name them: the journal, commands and the trail keep keys only."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from counterfoil.portal.models import Person
from counterfoil.portal.queries import rows

_PERSON = "person:"


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Of `person:7`, `client:POS`, `cli:root` and the like; one query for all people."""
    found = set(actors)
    ids = [int(each.removeprefix(_PERSON)) for each in found if each.startswith(_PERSON)]
    people = {person.actor: person.shown for person in Person.objects.filter(pk__in=ids)}
    return {each: people.get(each) or _named(each) for each in found}


def organisation_name(issuer_id: int, organisation_id: int | None) -> str:
    """As the engine has it; empty where there is none."""
    asked = {"issuer_id": issuer_id, "organisation_id": organisation_id}
    found = rows(__package__, "organisation_name", asked)
    return str(found[0][0]) if found else ""


def _named(actor: str) -> str:
    kind, _colon, name = actor.partition(":")
    match kind:
        case "person":
            return _("somebody who is no longer here")
        case "client":
            return _("%(name)s (calling system)") % {"name": name}
        case "cli":
            return _("%(name)s (command line)") % {"name": name}
        case "applicant":
            return _("the applicant")
        case _:
            return "Counterfoil"
