"""What is limited, and for whom when nobody says; apart, because much names a limit and needs no more of it."""

from __future__ import annotations

from enum import StrEnum

DEFAULT_PROJECT = "default"
MICRO = 1_000_000
"""Money is counted in whole micro-dollars (US), so that sums are exact."""


class Metric(StrEnum):
    """What is limited. The two budgets are money and hold for a project's models together."""

    RPM = "rpm"
    TPM = "tpm"
    IPM = "ipm"
    RPD = "rpd"
    TPD = "tpd"
    DAY_BUDGET = "day_budget"
    MONTH_BUDGET = "month_budget"
