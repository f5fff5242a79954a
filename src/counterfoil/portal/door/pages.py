"""The pages of the door that are ours: an invitation's, the account's, the list of sessions."""

from typing import Any, Final

from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.portal.door.forms import PASSWORD_HINT, verify_email
from counterfoil.portal.door.second_factor import has_second_factor, needs_second_factor
from counterfoil.portal.models import Person
from counterfoil.portal.places import places

# What a browser calls itself, the more particular signs first: most also say they are others.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class AccountForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("As the people you work with know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class WelcomeForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for checkers only
    """Name and password of who follows an invitation."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("As the people you work with know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "new_password1", "new_password2")

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # Django's
        super().__init__(*arguments, **named)
        if self.user is not None:  # a link that is none still shows a page
            self.fields["name"].initial = self.user.name
        self.fields["new_password1"].label = gettext_lazy("Password")
        self.fields["new_password1"].help_text = PASSWORD_HINT
        self.fields["new_password2"].label = gettext_lazy("The same again")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> Person:  # noqa: FBT001, FBT002  # as Django has it
        self.user.name = self.cleaned_data["name"]
        person: Person = super().save(commit)
        verify_email(person.pk, person.email)
        return person


class Welcome(PasswordResetConfirmView):
    """Where an invitation's link leads; it works until a password is set, for three days."""

    form_class = WelcomeForm
    template_name = "account/welcome.html"
    success_url = reverse_lazy("account_login")

    def get_user(self, uidb64: str) -> Person | None:
        """Nobody where the account was closed since."""
        person = super().get_user(uidb64)
        return person if isinstance(person, Person) and person.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401  # Django's
        answer = super().form_valid(form)
        logout(self.request)  # whoever else was signed in here
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    person = request.user
    if not isinstance(person, Person):
        return redirect(settings.LOGIN_URL)
    now = {"name": person.name, "language": person.language or get_language()}
    form = AccountForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        person.name, person.language = form.cleaned_data["name"], form.cleaned_data["language"]
        person.save(update_fields=["name", "language"])
        messages.success(request, _("Saved."))
        return redirect("account")
    return render(
        request,
        "account/account.html",
        {
            "form": form,
            "places": places(person),
            "has_second_factor": has_second_factor(person),
            "needs_second_factor": needs_second_factor(person),
        },
    )


class SessionsForm(ManageUserSessionsForm):  # type: ignore[misc]  # allauth has no types
    """Ends one session, or all but this one."""

    session = forms.IntegerField(required=False)

    def save(self, request: HttpRequest) -> None:
        chosen = self.cleaned_data["session"]
        if chosen is None:
            super().save(request)
            return
        for session in UserSession.objects.filter(user_id=request.user.pk, pk=chosen):
            if not session.is_current():
                session.end()


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # allauth has no types
    form_class = SessionsForm

    def get_context_data(self, **context: Any) -> dict[str, Any]:  # noqa: ANN401  # allauth's
        told: dict[str, Any] = super().get_context_data(**context)
        for session in told["sessions"]:
            session.browser = browser_name(session.user_agent)
        return told


def browser_name(user_agent: str) -> str:
    """As people know it, such as "Firefox, Linux"; empty where it says neither."""
    named = [
        next((name for sign, name in signs if sign in user_agent), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, named))
