"""Checks on what people type and on what engines answer. Form only, never truth."""

from __future__ import annotations

import unicodedata

from knowalledge_desktop.core.errors import UserInputError

TOPIC_MAX = 200


def check_topic(text: str) -> str:
    """The topic in NFC with single spaces; raises UserInputError with a sentence.

    1 to 200 characters of any script; line breaks and tabs become spaces, other control
    characters (Unicode category Cc), lone surrogates and private use are refused. Format
    characters (Cf) that scripts need, such as the zero-width joiner, are allowed.
    """
    topic = " ".join(unicodedata.normalize("NFC", text).split())
    if not topic:
        raise UserInputError("Type a topic: it is empty.")
    bad = next((ch for ch in topic if unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"}), None)
    if bad is not None:
        raise UserInputError(f"The topic contains a character that cannot be used (U+{ord(bad):04X}). Remove it.")
    if len(topic) > TOPIC_MAX:
        raise UserInputError(f"The topic is {len(topic)} characters long; use at most {TOPIC_MAX}.")
    if not any(unicodedata.category(ch)[0] in "LNS" for ch in topic):
        raise UserInputError("The topic has no letter, digit or symbol in it. Type a word.")
    return topic


def fold(text: str) -> str:
    """Text for comparing titles: case, accents and width folded, single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(ch for ch in plain if not unicodedata.combining(ch)).split())
