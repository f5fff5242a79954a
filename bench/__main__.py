"""`python -m bench NAME`, one of those below; so is `counterfoil bench`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import click

from bench.apply import bench_apply
from bench.live import bench_live
from bench.payouts import bench_payouts
from bench.portal import bench_portal
from bench.provision import bench_provision
from bench.redemption import bench_redemption
from bench.start import bench_start
from bench.sweep import bench_sweep
from counterfoil.errors import CounterfoilError


class Report(Protocol):
    def as_json(self) -> str: ...
    def as_text(self) -> str: ...


class Bench(Protocol):
    def __call__(self, home: Path, *, seconds: int, vouchers: int) -> Report: ...


BENCHES: Final[Mapping[str, tuple[Bench, int]]] = {
    "redemption": (bench_redemption, 1_000_000),
    "apply": (bench_apply, 200_000),
    "provision": (bench_provision, 1_000_000),
    "sweep": (bench_sweep, 100_000),
    "live": (bench_live, 1_000_000),
    "portal": (bench_portal, 1_000_000),
    "start": (bench_start, 0),
    "payouts": (bench_payouts, 1_000_000),
}


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHES)))
@click.option("--seconds", default=10, show_default=True, help="How long to measure.")
@click.option("--vouchers", type=int, help="How many vouchers the issuer has.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path(".bench"),
    show_default=True,
    help="Folder of the server that is measured.",
)
def main(name: str, seconds: int, vouchers: int | None, home: Path, *, as_json: bool) -> None:
    """Measure, beside pgbench on the same server in the same run."""
    bench, vouchers_usual = BENCHES[name]
    try:
        report = bench(home, seconds=seconds, vouchers=vouchers or vouchers_usual)
    except CounterfoilError as error:
        raise click.ClickException(str(error)) from error
    click.echo(report.as_json() if as_json else report.as_text())


if __name__ == "__main__":
    main()
