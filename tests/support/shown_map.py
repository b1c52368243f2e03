"""A map that looks like a person's, with every kind of thing in it, for pictures and for other programs."""

from __future__ import annotations

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Relation, Source
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Place, Rendering, Topic

GEMINI = Provenance("gemini", "gemini-3.5-flash-lite", "subtopics@3", 1_800_000_000.0, "en")
ATLAS = Provenance("atlas", "atlas-en", "", 1_800_000_000.0, "en")
WIKI = "https://en.wikipedia.org/wiki/"
TREE = """\
Photosynthesis
  Light reactions
    Photosystem II
      Splitting of water
      Oxygen
    Electron transport chain
    Photosystem I
    ATP synthase
  Calvin cycle
    RuBisCO
    Carbon fixation
    C4 and CAM plants
  Chloroplast
    Thylakoid
    Stroma
    Chlorophyll
  Leaf
    Stomata
    Mesophyll
  Limits
    Light intensity
    Carbon dioxide
    Temperature
  History
    Jan van Helmont
    Joseph Priestley
    Melvin Calvin
  光合作用
  التمثيل الضوئي
  Evolution of <b>photosynthesis</b> & "oxygen" -- a | b"""
TEXTS = {
    "Photosynthesis": """\
Photosynthesis is how plants, algae and some bacteria turn **light** into chemical energy. Water and carbon \
dioxide go in; sugar and oxygen come out.

## In one line

$6\\,CO_2 + 6\\,H_2O \\to C_6H_{12}O_6 + 6\\,O_2$

## What it needs

- light of 400 to 700 nm
- water, taken up by the roots
- carbon dioxide, through the *stomata*

| Stage | Place | Makes |
|---|---|---|
| Light reactions | Thylakoid | ATP, NADPH |
| Calvin cycle | Stroma | Sugar |
""",
    "Light reactions": """\
The light reactions take place in the thylakoid membrane. Light lifts electrons of chlorophyll; on their way back \
they pump protons, and the flow of protons makes ATP.

> Each molecule of oxygen that you breathe was once a part of water.
""",
    "Calvin cycle": "The Calvin cycle builds sugar from carbon dioxide. It needs what light has made.",
    "Chlorophyll": "Chlorophyll absorbs blue and red light and leaves the green. See `Chlorophyll a` and `b`.",
    "Stomata": "Stomata are pores that open and close, mostly on the lower side of a leaf.",
    "光合作用": "光合作用是植物利用光能把二氧化碳和水转化成糖并释放氧气的过程。",
    "التمثيل الضوئي": "التمثيل الضوئي عملية تحول بها النباتات الضوء إلى طاقة كيميائية.",
}


SUMMARIES = {
    "Light reactions": "Light becomes chemical energy, and water becomes oxygen.",
    "Calvin cycle": "Carbon dioxide becomes sugar.",
    "Chloroplast": "The part of a cell in which it happens.",
    "Leaf": "The organ that is made for it.",
    "Limits": "What it lacks when it is slow.",
    "History": "Who found out what, and when.",
}


def shown_map() -> Map:
    """Photosynthesis, three levels deep."""
    topics: dict[str, Topic] = {}
    places: dict[str, Place] = {}
    explanations: dict[str, Explanation] = {}
    by_title: dict[str, str] = {}
    stack: list[str] = []
    for number, line in enumerate(TREE.split("\n")):
        title = line.strip()
        depth = (len(line) - len(title)) // 2
        topic_id = f"{number:032x}"
        del stack[depth:]
        topics[topic_id] = Topic(
            topic_id,
            title,
            stack[-1] if stack else None,
            float(number),
            SUMMARIES.get(title, ""),
            Relation.RELATED if title == "History" else Relation.SUBTOPIC,
            (Source(title, WIKI + title.replace(" ", "_"), "CC-BY-SA-4.0"),) if depth == 1 else (),
            ATLAS if depth == 1 else GEMINI,
            note="Ask the teacher about *this*.\n\n- first\n- second" if title == "Limits" else "",
            tag="r" if title == "Limits" else "",
        )
        places[topic_id] = Place((-1.0 if number % 2 else 1.0) * 200.0 * depth, number * 40.0)
        by_title[title] = topic_id
        stack.append(topic_id)
    for title, markdown in TEXTS.items():
        text = Explanation(
            by_title[title],
            Rendering(),
            markdown,
            (Claim("Light of 400 to 700 nm", ClaimState.SUPPORTED, (0,)),),
            (
                Source("Photosynthesis", WIKI + "Photosynthesis", "CC-BY-SA-4.0"),
                Source("Light-dependent reactions", WIKI + "Light-dependent_reactions", "CC-BY-SA-4.0"),
            ),
            GEMINI,
            0.91,
        )
        explanations[text.key] = text
    links = (
        Link("l1", by_title["Chlorophyll"], by_title["Light reactions"], LinkKind.RELATED, "absorbs for"),
        Link("l2", by_title["光合作用"], by_title["Photosynthesis"], LinkKind.SAME_AS),
        Link("l3", by_title["Stomata"], by_title["Carbon dioxide"], LinkKind.RELATED, "lets in"),
    )
    root_id = by_title["Photosynthesis"]
    return Map(
        "f" * 32, "Photosynthesis", root_id, topics, {each.link_id: each for each in links}, explanations, places
    )
