"""The forms with which vouchers are handed out: to whom, and how their numbers come."""

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.buyer.vouchers_reading import Allocation
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.handovers.people_files import (
    NAME_CHARACTERS_MAX,
    REFERENCE_CHARACTERS_MAX,
    PeopleFile,
    Problem,
    people_in,
    problem_of,
)
from counterfoil.portal.handovers.sealing import Called
from counterfoil.portal.handovers.sheets import UnreadableFileError
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import FileKind
from counterfoil.portal.templatetags.counterfoil import count

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

PASSWORD_CHARACTERS_MIN: Final = 12
_PASSWORD_BYTES_MAX: Final = 120  # a PDF takes 127
_DIFFERENT_MIN: Final = 5
_PROBLEMS_SHOWN: Final = 20
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS: Final = 4
_SEEN_AT_ONCE: Final = 6  # of more one is found more easily in a menu
_GROUP_LETTERS: Final = 5


class PeopleForm(OnceForm):
    """Cleaned to `people`, and `content` of the file they came in."""

    use_required_attribute = False  # what is out of the way must not keep a browser from sending

    allocation = forms.TypedChoiceField(
        label=gettext_lazy("Which vouchers?"), coerce=int, widget=forms.RadioSelect
    )
    who = forms.ChoiceField(
        label=gettext_lazy("To whom?"),
        choices=[
            ("file", gettext_lazy("To many people: a file with their references and names")),
            ("one", gettext_lazy("To one person")),
        ],
        widget=forms.RadioSelect,
        initial="file",
    )
    file = forms.FileField(
        label=gettext_lazy("File of people"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=gettext_lazy(
            "CSV or XLSX with the columns “reference” and “name” in the first row, and at most"
            " 10,000 people."
        ),
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=REFERENCE_CHARACTERS_MAX,
        help_text=gettext_lazy("What you call this person in your own lists, such as HH-0421."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    at_once = forms.ChoiceField(
        label=gettext_lazy("When can they be redeemed?"),
        choices=[
            ("yes", gettext_lazy("At once, as soon as their numbers are there")),
            ("no", gettext_lazy("Only when I activate them, as I hand each one over")),
        ],
        widget=forms.RadioSelect,
        initial="yes",
    )
    people: Sequence[Called] = ()
    problems: Sequence[Problem] = ()
    content: bytes | None = None

    def __init__(
        self,
        data: "Mapping[str, object] | None",
        files: object,
        *,
        allocations: Sequence[Allocation],
        chosen: int | None,
    ) -> None:
        one = allocations[0].allocation_id if len(allocations) == 1 else None
        super().__init__(data, files, initial={"allocation": chosen or one})  # type: ignore[arg-type]
        field = self.fields["allocation"]
        choices = [(each.allocation_id, _choice_text(each)) for each in allocations]
        if len(choices) > _SEEN_AT_ONCE:
            field.widget = forms.Select()
            choices.insert(0, ("", _("Choose one of these")))  # type: ignore[arg-type]
        field.choices = choices  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        if self.is_bound:
            chosen = self["who"].data
            for name in ("reference", "name"):
                self.fields[name].required = chosen == "one"
            self.fields["file"].required = chosen == "file"
        super().full_clean()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("who") == "one":
            self._take_one(cleaned)
        elif cleaned.get("who") == "file":
            self._take_file(cleaned.get("file"))
        return cleaned

    def _take_one(self, cleaned: Mapping[str, object]) -> None:
        words = (str(cleaned.get(part) or "") for part in ("reference", "name"))
        called = Called(*(" ".join(word.split()) for word in words))
        problem = "" if self.errors else problem_of(called)
        if problem:
            self.add_error(None, problem)
        self.people = [called]

    def _take_file(self, file: "UploadedFile[bytes] | object | None") -> None:
        if not file:
            return
        content: bytes = file.read()  # type: ignore[attr-defined]
        try:
            found: PeopleFile = people_in(content)
        except UnreadableFileError as error:
            self.add_error("file", str(error))
            return
        if found.problems:
            self.problems = found.problems[:_PROBLEMS_SHOWN]
            self.add_error(
                "file",
                _("Rows that cannot be taken: %(count)s. Mend them, and choose the file again.")
                % {"count": count(len(found.problems))},
            )
        self.people, self.content = found.people, content


class SendForm(OnceForm):
    """How the numbers come, and the password that opens them: one that is proposed, or one's own.
    Cleaned to `password`.
    """

    use_required_attribute = False

    leaves_out = forms.ChoiceField(
        label=gettext_lazy("Those who may be meant by mistake"),
        choices=[
            ("yes", gettext_lazy("Leave them out")),
            ("no", gettext_lazy("Hand out to them as well")),
        ],
        widget=forms.RadioSelect,
        initial="yes",
    )
    again = forms.BooleanField(label=gettext_lazy("Hand out to the people of this file once more"))
    file_kind = forms.ChoiceField(
        label=gettext_lazy("How do you want the numbers?"),
        choices=[
            (
                FileKind.CARDS,
                gettext_lazy("Cards to print and cut: eight on a sheet of A4, each with a QR code"),
            ),
            (FileKind.SHEET, gettext_lazy("A list to open in Excel or LibreOffice")),
        ],
        widget=forms.RadioSelect,
        initial=FileKind.CARDS,
    )
    choose = forms.ChoiceField(
        label=gettext_lazy("Which password opens them?"),
        choices=[
            ("proposed", gettext_lazy("The one proposed here")),
            ("own", gettext_lazy("One of my own")),
        ],
        widget=forms.RadioSelect,
        initial="proposed",
    )
    proposed = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    own = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Nobody can tell it to you again."),
    )
    own_again = forms.CharField(
        label=gettext_lazy("The same password again"),
        strip=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password = ""

    def __init__(
        self, data: "Mapping[str, object] | None", *, has_repeats: bool, is_same_file: bool
    ) -> None:
        super().__init__(data, initial={"proposed": proposed_password()})
        if not has_repeats:
            del self.fields["leaves_out"]
        if not is_same_file:
            del self.fields["again"]

    def full_clean(self) -> None:
        if self.is_bound:
            for name in ("own", "own_again"):
                self.fields[name].required = self["choose"].data == "own"
        super().full_clean()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("choose") == "own":
            self.password = str(cleaned.get("own") or "")
            if not {"own", "own_again"} & self.errors.keys():
                self._check(str(cleaned.get("own_again") or ""))
        elif cleaned.get("choose") == "proposed":
            self.password = str(cleaned.get("proposed") or "")
            if problem_of_password(self.password):
                self.add_error(None, _("This form is incomplete. Load the page again."))
        return cleaned

    def _check(self, again: str) -> None:
        problem = problem_of_password(self.password)
        if problem:
            self.add_error("own", problem)
        elif again != self.password:
            self.add_error("own_again", _("The two passwords are not the same."))


class FetchForm(forms.Form):
    use_required_attribute = False

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("The one with which these vouchers were handed out."),
    )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not password:
            raise ValidationError(_("Fill this in."))
        return password


def problem_of_password(password: str) -> str:
    """Empty for one that is good enough, and that every reader of the files takes."""
    if len(password) < PASSWORD_CHARACTERS_MIN:
        return _("Take at least 12 characters: several words, for example.")
    if len(set(password)) < _DIFFERENT_MIN:
        return _("Take more different characters: several words, for example.")
    if len(password.encode()) > _PASSWORD_BYTES_MAX or not password.isprintable():
        return _("Take fewer characters, and only such as a keyboard has.")
    return ""


def proposed_password() -> str:
    """Twenty letters and digits by chance: about 99 bits."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _letter in range(_GROUP_LETTERS))
        for _group in range(_GROUPS)
    )
    return "-".join(groups)


def _choice_text(row: Allocation) -> str:
    return _("%(name)s, %(amount)s: %(left)s left, bought %(day)s") % {
        "name": row.name,
        "day": day_text(timezone.localtime(row.paid_at or row.created_at).date()),
        "amount": money_text(row.money),
        "left": count(row.left),
    }
