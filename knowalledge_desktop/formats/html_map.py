"""A map as one HTML page that needs nothing else: no network, no font, no script from elsewhere.

The page shows the tree, folds and searches it, and has all texts, pictures and sources in it. Its policy names its
own script and style by their hashes, so that nothing that came in with a text could ever run. One way.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported
from knowalledge_desktop.formats.html_map_script import SCRIPT
from knowalledge_desktop.formats.html_map_style import STYLE
from knowalledge_desktop.formats.html_text import (
    MarkdownHtml,
    escape,
    language,
    origin_words,
    policy,
    rendering_title,
    sources_html,
)
from knowalledge_desktop.formats.records import links_by_source, texts_by_topic

_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_MANY = 40
"""A map of more topics starts with its deeper levels folded."""
_HINT = (
    "<kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>→</kbd> <kbd>←</kbd> unfold and fold, <kbd>Enter</kbd> read, "
    "<kbd>Esc</kbd> back to the map, <kbd>/</kbd> search."
)


class HtmlMap:
    """`.html`: the map as a page."""

    facts = FormatFacts(
        name="html",
        title="Web page with the map",
        suffixes=(".html", ".htm"),
        keeps="Titles, texts, notes, pictures, sources, links, origins; opens in any browser, without a network.",
        loses="It is for reading and cannot be imported.",
        two_way=False,
        reads=False,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The page."""
        body = _Page(document, extras)
        page = "\n".join(body.lines())
        told = losing.losses(document, "html", (losing.PLACES, losing.CLAIMS, losing.FOREIGN))
        if body.missing:
            told = (*told, Loss(losing.PICTURES, body.missing, "Their bytes are not in the library any more."))
        return Exported((page + "\n").encode(), told)

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """Pages are not read."""
        raise ImportRefused("Web pages can be written but not imported.")

    def recognises(self, data: bytes) -> bool:
        """Whether it is a page at all."""
        return b"<html" in data[:1024].lower()


class _Page:
    def __init__(self, document: Map, extras: Extras) -> None:
        self.document, self.pictures = document, extras.pictures
        self.texts, self.links = texts_by_topic(document.explanations), links_by_source(document.links)
        for link in document.links.values():
            if link.target_id != link.source_id:
                self.links.setdefault(link.target_id, []).append(link)
        self.order = document.branch(document.root_id) if document.root else ()
        self.number = {topic_id: number for number, topic_id in enumerate(self.order)}
        self.markdown = MarkdownHtml(3)
        self.missing = 0
        self.below = dict.fromkeys(self.order, 0)
        for topic_id in reversed(self.order):
            parent = document.topics[topic_id].parent_id
            if parent in self.below:
                self.below[parent] += self.below[topic_id] + 1

    def lines(self) -> Iterator[str]:
        """The whole page."""
        title = escape(self.document.title)
        yield "<!doctype html>"
        yield '<html lang="en"><head><meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy(STYLE, SCRIPT)}">'
        yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
        yield '<meta name="referrer" content="no-referrer"><meta name="generator" content="KnowAllEdge Desktop">'
        yield f"<title>{title}</title><style>{STYLE}</style></head><body>"
        yield f'<header class="bar"><h1><bdi>{title}</bdi></h1>'
        yield '<div class="find" role="search"><input id="q" type="search" placeholder="Search" '
        yield 'aria-keyshortcuts="/" '
        yield 'autocomplete="off" aria-label="Search titles and texts"><output id="n"></output></div>'
        yield '<div class="tools"><button id="all" type="button">Unfold all</button>'
        yield '<button id="none" type="button">Fold all</button></div></header>'
        yield '<main><nav id="map" aria-label="Map"><svg id="edges" aria-hidden="true"></svg>'
        yield f'<ul id="tree" role="tree" aria-label="{title}">'
        yield from self._tree()
        yield '</ul></nav><section id="read" aria-label="Text">'
        yield '<button id="back" type="button">Back to the map</button>'
        for topic_id in self.order:
            yield from self._article(self.document.topics[topic_id])
        yield f'<p class="hint">{_HINT}</p></section></main>'
        yield f"<script>{SCRIPT}</script></body></html>"

    def _tree(self) -> Iterator[str]:
        waiting = [(self.document.root_id, 0, False)] if self.order else []
        while waiting:
            topic_id, depth, done = waiting.pop()
            if done:
                yield "</ul></li>"
                continue
            children = self.document.children(topic_id)
            number, topic = self.number[topic_id], self.document.topics[topic_id]
            kind = f"d{depth if depth == 0 else (depth - 1) % 5 + 1}"
            told = " told" if topic_id in self.texts or topic.note else ""
            is_open = depth == 0 or (depth == 1 and len(self.order) <= _MANY)
            expanded = f' aria-expanded="{str(is_open).lower()}"' if children else ""
            fold = (
                f'<span class="fold" aria-hidden="true"><b>{self.below[topic_id]}</b></span>' if children else ""
            )
            title = escape(topic.title)
            yield (
                f'<li id="i{number}" role="treeitem" class="{kind}{told}" aria-level="{depth + 1}"{expanded} '
                f'aria-selected="false" aria-labelledby="n{number}" tabindex="-1"><div class="row">'
                f'<span class="node" id="n{number}" title="{title}"><bdi>{title}</bdi></span>{fold}</div>'
            )
            if not children:
                yield "</li>"
                continue
            yield '<ul role="group">'
            waiting.append((topic_id, depth, True))
            waiting.extend((child, depth + 1, False) for child in reversed(children))

    def _article(self, topic: Topic) -> Iterator[str]:
        above = self.document.path(topic.topic_id)[:-1][-4:]
        yield f'<article id="a{self.number[topic.topic_id]}">'
        if above:
            yield f'<p class="path">{" › ".join(f"<bdi>{escape(each.title)}</bdi>" for each in above)}</p>'
        yield f'<h2 tabindex="-1" dir="auto">{escape(topic.title)}</h2>'
        if topic.summary:
            yield f'<p class="summary" dir="auto">{escape(topic.summary)}</p>'
        yield from self._picture(topic)
        if topic.note:
            yield f'<div class="text" dir="auto">{self.markdown.of(topic.note)}</div>'
        for text in self.texts.get(topic.topic_id, ()):
            yield from self._text(text)
        if topic.sources:
            yield f'<h3 class="label">To read on</h3>{sources_html(topic.sources)}'
        yield from self._also(topic)
        origin = origin_words(topic.provenance, edited=topic.edited)
        if origin:
            yield f'<p class="origin">Topic: {escape(origin[0].lower() + origin[1:])}</p>'
        yield "</article>"

    def _text(self, text: Explanation) -> Iterator[str]:
        origin = escape(origin_words(text.provenance))
        yield f'<div class="kind"><b>{escape(rendering_title(text.rendering))}</b>'
        yield f"<span>{origin}</span></div>" if origin else "</div>"
        tongue = language(text.rendering.language)
        yield f'<div class="text" dir="auto" lang="{tongue}">{self.markdown.of(text.markdown)}</div>'
        if text.sources:
            yield f'<h3 class="label">Sources</h3>{sources_html(text.sources)}'

    def _picture(self, topic: Topic) -> Iterator[str]:
        shown = self.document.pictures.get(topic.topic_id)
        if shown is None:
            return
        picture: Picture | None = self.pictures.get(shown.sha256)
        if picture is None or picture.mime not in _SHOWN:
            self.missing += 1
            return
        data = base64.b64encode(picture.data).decode()
        alt = escape(shown.alt)
        caption = f"<figcaption dir=auto>{alt}</figcaption>" if alt else ""
        yield f'<figure><img alt="{alt}" width="{picture.width}" height="{picture.height}" '
        yield f'src="data:{picture.mime};base64,{data}">{caption}</figure>'

    def _also(self, topic: Topic) -> Iterator[str]:
        buttons = [self._button(topic, link) for link in self.links.get(topic.topic_id, ())]
        found = [each for each in buttons if each]
        if found:
            yield f'<h3 class="label">See also</h3><div class="also">{"".join(found)}</div>'

    def _button(self, topic: Topic, link: Link) -> str:
        other = link.target_id if link.source_id == topic.topic_id else link.source_id
        if other not in self.number:
            return ""
        words = link.label or ("same as" if link.kind is LinkKind.SAME_AS else "")
        label = f" <i>{escape(words)}</i>" if words else ""
        title = escape(self.document.topics[other].title)
        return f'<button type="button" data-to="i{self.number[other]}"><bdi>{title}</bdi>{label}</button>'
