"""XML from strangers: no document type, no entities, no outside, and a ceiling for depth and size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.formats.base import Caps

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse_xml(data: bytes, caps: Caps) -> Element:
    """The root element of an XML file; raises ImportRefused for anything that is not plain, sound XML."""
    from xml.etree.ElementTree import ParseError, TreeBuilder

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    class Bounded(TreeBuilder):
        depth = 0
        count = 0

        def start(self, tag: str, attrs: dict[str, str], /) -> Element:
            self.depth += 1
            self.count += 1
            if self.depth > caps.depth * 2 + 20 or self.count > caps.elements:
                raise ImportRefused("The file is nested too deeply or has too many parts, so it was not read.")
            return super().start(tag, attrs)

        def end(self, tag: str, /) -> Element:
            self.depth -= 1
            return super().end(tag)

    if len(data) > caps.text_bytes:
        raise ImportRefused(f"The file is larger than {caps.text_bytes // (1024 * 1024)} MB, so it was not read.")
    try:
        parser = XMLParser(target=Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
        parser.feed(data)
        return parser.close()
    except ParseError as error:
        line, column = error.position
        raise ImportRefused(f"The file is not sound XML: line {line}, column {column}.") from error
    except DefusedXmlException as error:
        raise ImportRefused("The file declares a document type or entities, which is not safe to read.") from error
    except (ValueError, LookupError, UnicodeError) as error:  # an unknown or false encoding
        raise ImportRefused("The file is not sound XML: its characters cannot be read.") from error
