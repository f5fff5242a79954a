"""`counterfoil demo`: everything at once, with an issuer that has money, merchants and a past."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import httpx
from click.core import ParameterSource

from counterfoil.cli import logs
from counterfoil.cli.bank_files import BankFiles
from counterfoil.cli.children import Child, end_with_parent, with_parent
from counterfoil.cli.demonstration import cast
from counterfoil.cli.demonstration.banking import Bank
from counterfoil.cli.demonstration.euro_bank import EuroBank
from counterfoil.cli.demonstration.logins import LOGINS, PASSWORD, open_logins
from counterfoil.cli.demonstration.stage import STEPS, Tickets, set_stage
from counterfoil.cli.output import progress
from counterfoil.cli.place import Place, Workspace, placed
from counterfoil.cli.rail import gateway
from counterfoil.cli.server import address, is_free, listening
from counterfoil.cli.serving import run_server
from counterfoil.errors import CounterfoilError, WrongSettingError
from counterfoil.sandbox_fsp.process import free_port
from counterfoil.settings import Settings

_HOST: Final = "127.0.0.1"
_BANK_START_SECONDS_MAX: Final = 20.0
_PORTS_TRIED: Final = 100


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@with_parent
@placed
@click.pass_context
def demo(context: click.Context, place: Place, *, port: int, with_parent: bool) -> None:
    """Start everything on one port, with a demonstration to try.

    Ctrl-C stops all of it; nothing is lost, and the next start goes on from there.
    """
    if place.home is None:
        raise WrongSettingError("The demonstration brings its own database: give it a --home.")
    if with_parent:
        end_with_parent()
    if context.get_parameter_source("port") is ParameterSource.DEFAULT:
        port = _free_port_from(port)
    home = place.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log_path = home / "counterfoil.log"
    log = logs.configure(place.settings.log_level, log_path)
    began = time.monotonic()
    with ExitStack() as stack:
        listener = stack.enter_context(listening(_HOST, port))
        bank = stack.enter_context(_bank(place, log_path))
        euro_bank = EuroBank.of(home, log_path)
        os.environ["COUNTERFOIL_RAILS"] = str(euro_bank.rails_path)
        place = _with_bank(place)
        workspace = stack.enter_context(place.opened())
        tickets = _tickets(workspace, home / "demo.json", bank, euro_bank, address(_HOST, port))
        stack.enter_context(euro_bank.opened())
        run_server(
            place,
            workspace,
            listener,
            log,
            ready=lambda: _print_tour(port, tickets, euro_bank, log_path, time.monotonic() - began),
            log_path=log_path,
            demo_logins=[login.email for login in LOGINS],
        )
    click.echo("Stopped; nothing is lost.")


@contextmanager
def _bank(place: Place, log_path: Path) -> Iterator[Bank]:
    files, port = BankFiles.of(place), free_port()
    os.environ["COUNTERFOIL_FSP_URL"] = f"http://{_HOST}:{port}"
    os.environ["COUNTERFOIL_FSP_SECRET_FILE"] = str(files.secret_path)
    arguments = ["sandbox-fsp", "--host", _HOST, "--port", str(port), *place.options()]
    with Child("sandbox-fsp", arguments, log_path=log_path):
        yield Bank(f"http://{_HOST}:{port}", files.secret())


def _with_bank(place: Place) -> Place:
    """Mails stay here, whatever is set: their readers are invented, and codes lie beside them."""
    return replace(place, settings=replace(Settings.read(os.environ), smtp_url=None))


def _tickets(
    workspace: Workspace, path: Path, bank: Bank, euro_bank: EuroBank, base_url: str
) -> Tickets:
    tickets = Tickets.read(path)
    if tickets is not None:
        open_logins(workspace)
        return tickets
    _wait_for(bank)
    rail = gateway(workspace.settings)
    if rail is None:
        raise AssertionError(bank)  # its address was set a moment ago
    with progress("Preparing the demonstration", STEPS) as advance:
        tickets = set_stage(workspace, bank, rail, euro_bank, base_url, advance)
    rail.close()
    tickets.write(path)
    return tickets


def _wait_for(bank: Bank) -> None:
    deadline = time.monotonic() + _BANK_START_SECONDS_MAX
    while True:
        try:
            httpx.get(f"{bank.base_url}/health/live", timeout=1.0, trust_env=False)
        except httpx.HTTPError as error:
            if time.monotonic() > deadline:
                raise CounterfoilError("The sandbox provider did not start.") from error
            time.sleep(0.05)
        else:
            return


def _free_port_from(port: int) -> int:
    for candidate in range(port, port + _PORTS_TRIED):
        if is_free(_HOST, candidate):
            if candidate != port:
                click.echo(f"Port {port} is taken; using {candidate}.")
            return candidate
    raise WrongSettingError(f"No port from {port} on is free; name one with --port.")


def _print_tour(
    port: int, tickets: Tickets, bank: EuroBank, log_path: Path, seconds: float
) -> None:
    base = address(_HOST, port)
    lines = [
        "",
        f"Counterfoil is ready after {seconds:.1f} s at {base}",
        f"  Portal              {base}portal/",
        *(f"    {login.email.ljust(28)} {login.role}" for login in LOGINS),
        f"    Everybody's password is: {PASSWORD}",
        f"    Codes and mails     {base}portal/outbox",
        f"  API, readable       {base}api/docs",
        f"  Sandbox provider    {os.environ['COUNTERFOIL_FSP_URL']}",
        f"  mock-bank           {bank.base_url}/  (files for suppliers paid in euros)",
        f"  Log                 {log_path}",
        "",
        f"Issuer {cast.ISSUER}, {cast.ISSUER_NAME}. API keys (X-API-Key):",
        *(f"  {name.ljust(19)} {key}" for name, key in tickets.keys.items()),
        "",
        "Pre-activate, activate and redeem a voucher:",
        "",
        *_curl_lines(base, tickets.keys["DEMO-POS"]),
        "",
        "Ctrl-C stops everything.",
    ]
    click.echo("\n".join(lines))


def _curl_lines(base: str, key: str) -> list[str]:
    """The first keeps the answer in a shell variable, from which the others take their numbers."""
    shop = cast.acceptors_of("GROCERS")[0]
    curl = f"curl -sS -H 'X-API-Key: {key}' -H 'Content-Type: application/json'"
    draw = (
        '{"voucher_amount":"500.00","voucher_currency":"KES","voucher_group":"FOOD-AID",'
        '"Gov_Stack_BB":"DEMO-POS"}'
    )
    activate = (
        '{"voucher_serial_number":"'
        + _field("voucher_serial_number")
        + '","Gov_Stack_BB":"DEMO-POS"}'
    )
    redeem = (
        '{"voucher_number":"'
        + _field("voucher_number")
        + '","Gov_Stack_BB":"DEMO-POS",'
        + f'"merchant_name":"{shop.name}","merchant_bank_details":"{shop.account}",'
        + f'"merchant_voucher_group":"{shop.groups[0]}","override":false}}'
    )
    return [
        f"V=$({curl} {base}vouchers/voucher_preactivation -d '{draw}'); echo \"$V\"",
        f"{curl} -X PATCH {base}vouchers/voucher_activation -d '{activate}'; echo",
        f"{curl} {base}vouchers/voucher_redemption -d '{redeem}'; echo",
    ]


def _field(name: str) -> str:
    """Inside the quotes of a body: what takes a field out of $V, with nothing but sed."""
    return f'\'$(echo "$V" | sed \'s/.*"{name}": *"\\([0-9]*\\)".*/\\1/\')\''
