"""Small skies for tests of what draws them."""

from __future__ import annotations

import math
from array import array

from knowalledge_desktop.core.sky import Explored, Sky
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.services.sky import Stars, among

AREAS = ("Arts", "Biology", "History")


def small_sky(count: int = 60) -> Sky:
    """Three areas side by side; each article is linked with the next two, the first ones are the best known."""
    titles = tuple(f"Article {n:03}" for n in range(count))
    places = array("f")
    for n in range(count):
        reach, angle = 10.0 * math.sqrt(n // 3 + 0.5), (n // 3) * 2.4
        places.extend((300.0 * (n % 3) + reach * math.cos(angle), reach * math.sin(angle)))
    links = array("H")
    for n in range(count - 2):
        links.extend((n, n + 1, n, n + 2))
    return Sky(
        "en",
        titles,
        tuple(map(fold, titles)),
        AREAS,
        tuple(n % 3 for n in range(count)),
        tuple(count - n for n in range(count)),
        places.tobytes(),
        links.tobytes(),
        box=(-100.0, -100.0, 800.0, 200.0),
    )


def some_stars(sky: Sky) -> Stars:
    """A map of two articles and a topic of one's own, and a map of one's own."""
    return among(
        sky,
        [
            Explored("m1", "r", "Article 003", "article 003", known=True),
            Explored("m1", "a", "Article 006", "article 006", "r"),
            Explored("m1", "b", "My own idea", "my own idea", "r", known=True),
            Explored("m2", "r", "My garden", "my garden", known=True),
            Explored("m2", "s", "The shed", "the shed", "r"),
        ],
    )
