"""The rails of a process: those of the file, and the sandbox provider of the settings before."""

from pathlib import Path

import pytest

from counterfoil.cli.rail import gateway, rails
from counterfoil.errors import WrongSettingError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.settings import Settings

RAIL = '[{name}]\nkind = "csv"\nissuer = "AID"\nout = "/out"\n'


def settings(tmp_path: Path, name: str | None) -> Settings:
    (tmp_path / "secret").write_text("x")
    path = tmp_path / "rails.toml"
    if name is not None:
        path.write_text(RAIL.format(name=name))
    return Settings(
        fsp_url="http://127.0.0.1:9",
        fsp_secret_file=tmp_path / "secret",
        rails=path if name else None,
    )


@pytest.mark.parametrize(("name", "found"), [(None, ["sandbox"]), ("coop", ["coop", "sandbox"])])
def test_the_sandbox_provider_is_a_rail_of_that_name(
    tmp_path: Path, provider: LocalKeyProvider, name: str | None, found: list[str]
) -> None:
    given = settings(tmp_path, name)
    made = rails(given, provider, gateway(given))
    assert [rail.name for rail in made.every] == found
    assert list(made.online_of("AID")) == ["sandbox"]
    made.close()


def test_two_rails_of_one_name_are_refused(tmp_path: Path, provider: LocalKeyProvider) -> None:
    given = settings(tmp_path, "sandbox")
    with pytest.raises(WrongSettingError, match="COUNTERFOIL_RAILS has one of that name"):
        rails(given, provider, gateway(given))


def test_nothing_set_is_no_rail(provider: LocalKeyProvider) -> None:
    assert rails(Settings(), provider, gateway(Settings())).every == ()
