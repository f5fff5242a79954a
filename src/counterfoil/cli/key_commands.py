"""`counterfoil keys`: the data keys of an issuer, and the key-encryption key above them."""

from pathlib import Path

import click

from counterfoil.cli.output import json_option, progress, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.cli.rail import secret_store
from counterfoil.engine.listings import data_key_versions
from counterfoil.engine.rotation import (
    finish_rotation,
    rotation_progress,
    running_rotations,
)
from counterfoil.engine.rotation import rotate as begin_rotation
from counterfoil.errors import ConflictError
from counterfoil.keys.envelope import Purpose, rewrap_all
from counterfoil.keys.provider import LocalKeyProvider


@click.group()
def keys() -> None:
    """Keys, never their content."""


@keys.command("create")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def create(file: Path) -> None:
    """Make a key-encryption key in FILE, for COUNTERFOIL_KEY_FILE. Keep a copy of it safe."""
    if file.exists():
        raise ConflictError(f"{file} exists already.")
    LocalKeyProvider(file, create=True)
    click.echo(f"{file} holds a new key. Whatever it seals is lost with it: keep a copy.")


@keys.command("list")
@click.option("--issuer", help="Needed where there are several.")
@json_option
@placed
def list_(place: Place, *, issuer: str | None, as_json: bool) -> None:
    """List the data keys of an issuer by purpose and version."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        versions = data_key_versions(connection, opened.issuer_id)
    show_rows(
        [
            {
                "purpose": each.purpose,
                "version": each.version,
                "state": each.state,
                "created_at": each.created_at.isoformat(timespec="seconds"),
            }
            for each in versions
        ],
        as_json=as_json,
        none="There are no keys.",
    )


@keys.command("rotate")
@click.argument("purpose", type=click.Choice([str(purpose) for purpose in Purpose]))
@click.option("--issuer", help="Needed where there are several.")
@json_option
@placed
def rotate(place: Place, *, purpose: str, issuer: str | None, as_json: bool) -> None:
    """Make a new key for PURPOSE, move what is open to it and retire the one before.

    Everything goes on meanwhile. Stopped half-way, it is finished by the next worker.
    """
    wanted = Purpose(purpose)
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        if wanted in running_rotations(connection, opened):
            click.echo("Going on with the rotation that was begun before.", err=True)
        else:
            begin_rotation(connection, opened, cli_caller(), wanted)
        left, changed = rotation_progress(connection, opened, wanted), 0
        with progress(f"Rotating {purpose}", left) as advance:
            for step in finish_rotation(connection, opened, wanted):
                advance(step.changed - changed)
                changed = step.changed
    show_facts(
        {"issuer": opened.code, "purpose": purpose, "changed": changed},
        as_json=as_json,
        said=f"The {purpose} key of {opened.code} is new; {changed:,} rows were moved to it.",
    )


@keys.command("rewrap")
@json_option
@placed
def rewrap(place: Place, *, as_json: bool) -> None:
    """Wrap every data key, and the rails' secrets, under a new version of the local
    key-encryption key.
    """
    with place.opened() as workspace, workspace.connection() as connection:
        version = None
        if isinstance(workspace.provider, LocalKeyProvider):
            version = workspace.provider.add_version()
        wrapped = rewrap_all(connection, workspace.provider, workspace.provider)
        connection.commit()
        if workspace.settings.rails is not None:
            secret_store(workspace.settings, workspace.provider).rewrap()
    show_facts(
        {"key_encryption_key": version, "wrapped": wrapped},
        as_json=as_json,
        said=f"{wrapped} data keys are wrapped anew.",
    )
