"""What the issuer's people do with an application, and with what came of it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.asking import Content
from counterfoil.errors import ConflictError
from counterfoil.portal.access import Office
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.applying.kinds import Profile, kind_of
from counterfoil.portal.applying.links import application_for, applying_at, language_of, send_link
from counterfoil.portal.forms import OnceForm


def prepared(
    request: HttpRequest, office: Office, form: OnceForm, content: Content
) -> HttpResponse | None:
    """None where it could not be: the form says why."""
    reason = str(form.cleaned_data["reason"])
    try:
        return prepare_command(request, office, content, command_id=form.once, reason=reason)
    except ConflictError:
        form.add_error(None, _("This form was sent before, with something else in it."))
        return None


def returned_to(profile: Profile, people: Sequence[str]) -> Sequence[str]:
    """Who applied; where nobody did, the first of its people, who can go on with it by the link."""
    applied = application_for(profile)
    return [applied.email] if applied is not None else people[:1]


def return_by_mail(  # what came of it, by which mail, to whom
    request: HttpRequest,
    office: Office,
    profile: Profile,
    message: str,
    *,
    template: str,
    people: Sequence[str],
) -> None:
    addresses = returned_to(profile, people)
    for address in addresses:
        send_link(
            kind_of(profile),
            applying_at(request, office),
            address,
            template=template,
            language=language_of(profile),
            told=message,
            profile=profile,
        )
    if not addresses:
        messages.warning(
            request, _("There is no e-mail to write to: call them, and write down what they say.")
        )


def reject_by_mail(
    office: Office, profile: Profile, message: str, *, people: Sequence[str]
) -> None:
    kind_of(profile).mail(
        "rejected",
        people,
        {"issuer": office.name, "name": profile.name, "told": message},
        language=language_of(profile),
        issuer_id=office.issuer_id,
    )
