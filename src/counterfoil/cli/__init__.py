"""The command `counterfoil`: composes everything, and says in one sentence what went wrong.

Exit codes: 0 done, 1 refused or failed, 2 not understood. The modules of the commands are
imported when they are asked for, so that each command starts fast.
"""

import importlib
import os
import signal
import sys
import traceback
from typing import Final

import click

from counterfoil.errors import BadRowsError, CounterfoilError

# The command's name, and where it is: module of this package and attribute.
_COMMANDS: Final = {
    "api": ("serving", "api"),
    "balances": ("ledger", "balances"),
    "bench": ("measuring", "bench"),
    "check": ("ledger", "check"),
    "client": ("clients", "client"),
    "demo": ("demo", "demo"),
    "deposit": ("ledger", "deposit"),
    "directory": ("directory", "directory"),
    "funding-account": ("programmes", "funding_account"),
    "group": ("groups", "group"),
    "import": ("imports", "import_"),
    "issuer": ("issuers", "issuer"),
    "keys": ("key_commands", "keys"),
    "migrate": ("working", "migrate"),
    "mock-bank": ("mock_bank", "mock_bank"),
    "portal": ("serving", "portal"),
    "programme": ("programmes", "programme"),
    "provision": ("groups", "provision"),
    "rail": ("rail_commands", "rail"),
    "sandbox-fsp": ("working", "sandbox_fsp"),
    "serve": ("serving", "serve"),
    "user": ("users", "user"),
    "voucher": ("vouchers", "voucher"),
    "withdraw": ("ledger", "withdraw"),
    "work": ("working", "work"),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"counterfoil.cli.{module}"), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(cmd_name)
        return found


_debugging: list[bool] = []


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="counterfoil")
@click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda _context, _option, given: _debugging.append(given),
    help="On an unexpected failure, show where it happened.",
)
def counterfoil() -> None:
    """Vouchers that people can trust with money."""


def main() -> None:
    """The entry point. SIGTERM unwinds like Ctrl-C, so that what was started is stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        counterfoil.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BadRowsError as error:
        for row in error.rows:
            click.echo(str(row), err=True)
        _fail(str(error))
    except CounterfoilError as error:
        _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        _fail("Interrupted.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us has gone
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  # the last resort: a sentence, not a stack trace
        if any(_debugging):
            traceback.print_exc()
        _fail(
            f"Unexpected {type(error).__name__}; `counterfoil --debug …` shows where it happened."
        )


def _fail(sentence: str) -> None:
    click.echo(f"counterfoil: {sentence}", err=True)
    sys.exit(1)
