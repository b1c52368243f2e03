"""The JSON that the command line gives: plain dictionaries of core values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from knowalledge_desktop.core.content import Provenance, Source
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.graph import Explanation, Map
from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.core.request import Answer
from knowalledge_desktop.core.sentences import one_line

Json = dict[str, Any]


def sources_json(sources: Sequence[Source]) -> list[Json]:
    """Places to read on."""
    return [asdict(source) for source in sources]


def provenance_json(provenance: Provenance) -> Json:
    """Who wrote it, when (epoch seconds), and how it was asked for."""
    return {**asdict(provenance), "parameters": dict(provenance.parameters)}


def answer_json(answer: Answer) -> Json:
    """What goes with every answer, whatever it is about."""
    substitute = answer.substitute
    return {
        "quality": answer.quality,
        "provenance": provenance_json(answer.provenance),
        "from_cache": answer.from_cache,
        "substitute": asdict(substitute) if substitute else None,
    }


def error_json(error: AppError, now: float) -> Json:
    """An error inside an answer of which a part is there."""
    return {"kind": type(error).__name__, "exit_code": error.exit_code, "text": one_line(error, now)}


def explanation_json(explanation: Explanation) -> Json:
    """An explanation; `sources` of a claim are places in the list of sources, from 0.

    `opinion` is what the person said of it: "", "useful" or "wrong", `opinion_note` why.
    """
    return {
        "text": explanation.markdown,
        "claims": [{**asdict(claim), "sources": list(claim.sources)} for claim in explanation.claims],
        "sources": sources_json(explanation.sources),
        "opinion": explanation.opinion.value,
        "opinion_note": explanation.opinion_note,
    }


def info_json(info: MapInfo) -> Json:
    """A row of the library."""
    return asdict(info)


def hit_json(hit: SearchHit) -> Json:
    """A topic that was found."""
    told = {**asdict(hit), "snippet": hit.snippet.replace("\x02", "").replace("\x03", "")}
    del told["lit"]  # the title with marks for the screen
    return told


def map_json(document: Map) -> Json:
    """A whole map. Topics are a flat list in the order of the outline, since maps can be deep."""
    topics: list[Json] = []
    for topic_id in document.branch(document.root_id) if document.root else ():
        topic = document.topics[topic_id]
        topics.append(
            {
                "topic_id": topic_id,
                "parent_id": topic.parent_id,
                "title": topic.title,
                "summary": topic.summary,
                "relation": topic.relation.value,
                "sources": sources_json(topic.sources),
                "provenance": provenance_json(topic.provenance),
                "explanations": [
                    {
                        **asdict(each.rendering),
                        **explanation_json(each),
                        "quality": each.quality,
                        "provenance": provenance_json(each.provenance),
                    }
                    for each in document.explanations_of(topic_id)
                ],
            }
        )
    return {"map_id": document.map_id, "title": document.title, "root_id": document.root_id, "topics": topics}
