"""Checks on what people type."""

from __future__ import annotations

import unicodedata

from knowalledge_desktop.core.errors import UserInputError

TOPIC_MAX = 200
QUESTION_MAX = 1000
REMARK_MAX = 4000
NOTE_MAX = 20_000
LABEL_MAX = 80


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


def check_question(text: str) -> str:
    """The question in NFC with single spaces; raises UserInputError with a sentence.

    1 to 1000 characters of any script, with the same characters refused as in a topic.
    """
    question = " ".join(unicodedata.normalize("NFC", text).split())
    if not question or not any(unicodedata.category(ch)[0] in "LNS" for ch in question):
        raise UserInputError("Type a question: there is none.")
    bad = next((ch for ch in question if unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"}), None)
    if bad is not None:
        raise UserInputError(
            f"The question contains a character that cannot be used (U+{ord(bad):04X}). Remove it."
        )
    if len(question) > QUESTION_MAX:
        raise UserInputError(f"The question is {len(question)} characters long; use at most {QUESTION_MAX}.")
    return question


def check_remark(text: str) -> str:
    """A person's remark in NFC with its lines; raises UserInputError.

    At most 4,000 characters of any script; what has no letter, digit or symbol in it is empty.
    """
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    remark = "\n".join(lines).strip()
    if not any(unicodedata.category(ch)[0] in "LNS" for ch in remark):
        return ""
    bad = next((ch for ch in remark if ch != "\n" and unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"}), None)
    if bad is not None:
        raise UserInputError(f"The remark contains a character that cannot be used (U+{ord(bad):04X}). Remove it.")
    if len(remark) > REMARK_MAX:
        raise UserInputError(f"The remark is {len(remark)} characters long; use at most {REMARK_MAX}.")
    return remark


def check_note(text: str) -> str:
    """A person's note in NFC, as it was typed, without blanks at its end; raises UserInputError.

    At most 20,000 characters of any script, Markdown or not.
    """
    note = unicodedata.normalize("NFC", "\n".join(text.splitlines())).rstrip()
    bad = next(
        (ch for ch in note if ch not in "\n\t" and unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"}), None
    )
    if bad is not None:
        raise UserInputError(f"The note contains a character that cannot be used (U+{ord(bad):04X}). Remove it.")
    if len(note) > NOTE_MAX:
        raise UserInputError(f"The note is {len(note)} characters long; use at most {NOTE_MAX}.")
    return note


def check_label(text: str) -> str:
    """The word on a link in NFC with single spaces, which may be empty; raises UserInputError."""
    label = " ".join(unicodedata.normalize("NFC", text).split())
    bad = next((ch for ch in label if unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"}), None)
    if bad is not None:
        raise UserInputError(f"The label contains a character that cannot be used (U+{ord(bad):04X}). Remove it.")
    if len(label) > LABEL_MAX:
        raise UserInputError(f"The label is {len(label)} characters long; use at most {LABEL_MAX}.")
    return label


def fold(text: str) -> str:
    """Text for comparing titles: case, accents and width folded, single spaces."""
    if text.isascii():
        return " ".join(text.casefold().split())  # the same, many times faster
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(ch for ch in plain if not unicodedata.combining(ch)).split())
