"""All formats there are, in the order of the list that people see."""

from __future__ import annotations

from knowalledge_desktop.formats.base import Format


def all_formats() -> tuple[Format, ...]:
    """Every format; what each needs is imported at its first use."""
    from knowalledge_desktop.formats.csv_table import CsvTable
    from knowalledge_desktop.formats.freeplane import Freeplane
    from knowalledge_desktop.formats.graphml import GraphMl
    from knowalledge_desktop.formats.html_document import HtmlDocument
    from knowalledge_desktop.formats.html_map import HtmlMap
    from knowalledge_desktop.formats.indented import IndentedText
    from knowalledge_desktop.formats.json_canvas import JsonCanvas
    from knowalledge_desktop.formats.knowalledge_file import KnowalledgeFile
    from knowalledge_desktop.formats.markdown_outline import MarkdownOutline
    from knowalledge_desktop.formats.mermaid import MermaidFlowchart, MermaidMindmap
    from knowalledge_desktop.formats.opml import Opml
    from knowalledge_desktop.formats.vault import Vault

    return (
        KnowalledgeFile(),
        HtmlMap(),
        HtmlDocument(),
        MarkdownOutline(),
        Vault(),
        JsonCanvas(),
        Freeplane(),
        Opml(),
        GraphMl(),
        CsvTable(),
        MermaidMindmap(),
        MermaidFlowchart(),
        IndentedText(),
    )
