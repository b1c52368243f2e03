"""How well formed an answer of an engine is. Form only, never truth."""

from __future__ import annotations

import math
import re
import unicodedata

from knowalledge_desktop.core.payload import ExplanationText, SubtopicList
from knowalledge_desktop.core.request import Detail, Request
from knowalledge_desktop.core.validation import fold

_UNSPACED_WORD = 2.0  # Han and kana: a word is about two characters
_UNSPACED_LONG_WORD = 5.0  # Thai, Lao, Khmer, Burmese letters a word
_HAN_KANA = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++(?=[\s\"')\]»”]|$)|[。！？｡।॥؟۔።។၊။]+|\n+")
_MARKS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s.*$|>\s?|[-*+]\s+|\d+[.)]\s+|```.*$)|[*_`]+|!?\[|\]\([^()\[\]\s]*\)")
_REFUSALS = (
    r"(?:(?:i'm|i am|we are) (?:very |so )?sorry|sorry|i apologi[sz]e|unfortunately)\b[^.\n]{0,20}?\b"
    r"(?:i|we)\b ?(?:'m|am|are|can't|cannot|can not|could not|couldn't|do not|don't|won't|will not)\b",
    r"(?:i|we) (?:can't|cannot|can not|won't|will not|(?:am|are) (?:not able|unable) to)(?: to)? "
    r"(?:help|assist|provide|answer|explain|discuss|create|generate|write|draw|depict|fulfil|comply|engage|respond)",
    r"i'm (?:not able|unable) to "
    r"(?:help|assist|provide|answer|explain|discuss|create|generate|write|draw|depict|comply)",
    r"as an? (?:ai|artificial intelligence|large language|language)(?: language)? (?:model|assistant)\b",
    r"(?:je suis )?désolée?, (?:mais )?je ne (?:peux|suis)",
    r"lo siento, (?:pero )?no puedo",
    r"(?:es )?tut mir leid, (?:aber )?(?:ich|dabei)",
    r"mi dispiace, (?:ma )?non posso",
    r"(?:desculpe|sinto muito), (?:mas )?(?:eu )?não posso",
    r"üzgünüm, (?:ancak|ama|fakat)?",
    r"(?:извините|к сожалению), (?:но )?я не могу",
    r"(?:很|非常)?(?:抱歉|对不起|對不起)[，,].{0,6}?(?:无法|無法|不能)",
    r"作为(?:一个|一款)?(?:人工智能|ai)",
    r"申し訳(?:ありません|ございません)(?:が|。)",
    r"죄송하지만|죄송합니다만",
)
_GENERIC = (
    "in conclusion",
    "it is important to note",
    "in today's world",
    "plays a crucial role",
    "a wide range of",
    "since the dawn of time",
    "in this explanation",
    "there are many different",
)
_WORDS_ASKED = {Detail.BRIEF: 100, Detail.MEDIUM: 150, Detail.DETAILED: 300}


def count_words(text: str) -> int:
    """Words of a text in any script; scripts written without spaces are estimated.

    A Chinese or Japanese word is taken as two characters, a Thai, Lao, Khmer or Burmese one
    as five letters: good enough to tell an empty answer from a full one.
    """
    dense = len(_HAN_KANA.findall(text))
    long = sum(1 for ch in _SPACELESS.findall(text) if unicodedata.category(ch)[0] == "L")
    rest = _SPACELESS.sub(" ", _HAN_KANA.sub(" ", text))
    return len(_WORD.findall(rest)) + math.ceil(dense / _UNSPACED_WORD) + math.ceil(long / _UNSPACED_LONG_WORD)


def looks_refused(text: str) -> bool:
    """Whether a text *begins* as a refusal; the same words further in are somebody's quotation."""
    start = _MARKS.sub("", text).lstrip(" \t\n\"'“”").replace("’", "'")[:160].lower()
    return any(re.match(pattern, start) for pattern in _REFUSALS)  # compiled, and kept, by re at first use


def score_explanation(content: ExplanationText, request: Request) -> float:
    """How well formed an explanation is, 0 to 1. It says nothing about truth."""
    if looks_refused(content.markdown):
        return 0.0
    prose = _MARKS.sub("", content.markdown)
    words = count_words(prose)
    if words == 0:
        return 0.0
    score = 1.0
    score -= 0.5 if words < 20 else 0.2 if words < 50 else 0.0
    score -= 0.1 if words > max(300.0, 1.5 * _WORDS_ASKED[request.options.detail]) else 0.0
    lengths = _sentence_lengths(prose)
    score -= 0.3 if len(lengths) < 2 else 0.0
    score -= 0.0 if 5 <= sum(lengths) / len(lengths) <= 40 else 0.2
    plain = prose.lower().replace("’", "'")
    score -= min(0.3, 0.1 * sum(plain.count(phrase) for phrase in _GENERIC))
    score += (_relevance(prose, request.topic) - 0.5) * 0.2
    return round(min(1.0, max(0.0, score)), 3)


def score_subtopics(content: SubtopicList, request: Request) -> float:
    """How well formed a list of subtopics is, 0 to 1: 0.2 off an issue, 0.1 off a warning.

    Issues: less than 70 % of what was asked for, a title that comes twice, the topic itself.
    Warnings: less than 90 %, titles of one or two Latin-like letters, titles of more than eight words.
    """
    if not content.items:
        return 0.0
    titles = [fold(item.title) for item in content.items]
    wanted = max(1, request.options.count)
    issues = len(titles) - len(set(titles)) + titles.count(fold(request.topic))
    warnings = sum(_too_short(title) or count_words(title) > 8 for title in titles)
    if len(titles) < 0.7 * wanted:
        issues += 1
    elif len(titles) < 0.9 * wanted:
        warnings += 1
    return round(max(0.0, 1.0 - 0.2 * issues - 0.1 * warnings), 3)


def _too_short(title: str) -> bool:
    return len(title) < 3 and not any(unicodedata.category(ch) == "Lo" for ch in title)


def _sentence_lengths(prose: str) -> list[int]:
    # Thai and its neighbours end a sentence with a space, not with a mark.
    text = re.sub(r"(?<=[\u0e00-\u0eff]) +", "\n", prose)
    return [n for n in (count_words(piece) for piece in _SENTENCE_END.split(text)) if n > 0] or [0]


def _relevance(prose: str, topic: str) -> float:
    """Share of the topic's words in the text; 0.5, which counts for nothing, when it cannot be told."""
    text, name = fold(prose), fold(topic)
    if name and name in text:
        return 1.0
    words = [word for word in _WORD.findall(name) if len(word) > 2]
    if not words or _HAN_KANA.search(name + text) or _SPACELESS.search(name + text):
        return 0.5  # no words to compare, or another script than the topic's
    if not any(ch.isascii() and ch.isalpha() for ch in text) and name.isascii():
        return 0.5
    return sum(word in text for word in words) / len(words)
