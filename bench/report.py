"""What every bench prints."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """Latencies are of one call (`apply`, `provision`: of one batch), over the whole run."""

    name: str
    per_second: float
    pgbench_tps: float
    p50_ms: float
    p99_ms: float
    peak_rss_mb: float

    @property
    def ratio(self) -> float:
        return self.per_second / self.pgbench_tps

    def as_json(self) -> str:
        fields = asdict(self) | {"ratio": self.ratio}
        return json.dumps(
            {k: round(v, 2) if isinstance(v, float) else v for k, v in fields.items()}
        )

    def as_text(self) -> str:
        return (
            f"{self.name}: {self.per_second:,.0f} a second, {self.ratio:.2f} times pgbench"
            f" ({self.pgbench_tps:,.0f} tps); p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms;"
            f" peak {self.peak_rss_mb:.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class RedemptionReport(Report):
    """Latencies are of one request at full load; `lone_p50_ms` is what a single client waits."""

    vouchers: int
    lone_p50_ms: float
