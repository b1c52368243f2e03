"""All formats there are, in the order of the list that people see."""

from __future__ import annotations

from knowalledge_desktop.formats.base import Format


def all_formats() -> tuple[Format, ...]:
    """Every format; what each needs is imported at its first use."""
    from knowalledge_desktop.formats.knowalledge_file import KnowalledgeFile

    return (KnowalledgeFile(),)
