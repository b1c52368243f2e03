"""Pictures over the wire: what is sent with one, and everything that can come back for one."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.core.content import Picture, Usage
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.payload import (
    Content,
    ExplanationText,
    Illustration,
    RawText,
    TopicCandidate,
    TopicCandidates,
)
from knowalledge_desktop.core.request import Answer, Options, Part, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.validated import Validated
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.gemini_cases import Reply, chunk, recordings, stream
from tests.support.gemini_drawings import DRAWINGS
from tests.support.gemini_guard import nothing_blocks
from tests.support.gemini_server import GeminiServer
from tests.support.pictures import plain, png

__all__ = ["nothing_blocks"]

LEAF = Picture.of("image/jpeg", plain(64, 48, kind="JPEG"), 64, 48)
SHOW = Request(Task.IMAGE_TOPIC, image=LEAF, options=Options(language="de"))
DRAW = Request(Task.ILLUSTRATION, "Leaf", path=("Plant",))
WHY = Request(Task.QUESTION, "Leaf", path=("Plant",), question="Why green?", context="A leaf is green.")


class Wired:
    def __init__(self, server: GeminiServer) -> None:
        self.server = server
        self.settings = Settings(base_url=server.url, timeout_s=20.0)
        self.engine = GeminiEngine(MemorySecrets("AIzaSy-planted-0123456789"), lambda: self.settings, FakeClock())

    async def ask(self, request: Request, *replies: Reply) -> list[Part]:
        self.server.enqueue(*replies)
        return [part async for part in Validated(self.engine).ask(request)]

    async def answer(self, request: Request, *replies: Reply) -> Answer:
        last = (await self.ask(request, *replies))[-1]
        assert isinstance(last, Answer)
        return last

    @property
    def body(self) -> Any:
        return self.server.seen[-1].body


@pytest.fixture
async def wired() -> Any:
    with GeminiServer() as server:
        wired = Wired(server)
        yield wired
        await wired.engine.aclose()


# --- a picture goes ---


async def test_a_picture_is_sent_before_the_words_to_the_text_model(wired: Wired) -> None:
    answer = await wired.answer(SHOW)
    assert "/models/gemini-3.5-flash-lite:streamGenerateContent" in wired.server.seen[-1].path
    shown, words = wired.body["contents"][0]["parts"]
    blob = shown["inlineData"]
    assert blob.get("mimeType", blob.get("mime_type")) == "image/jpeg"
    # The SDK writes the alphabet for addresses; the service takes both.
    assert base64.urlsafe_b64decode(blob["data"].replace("+", "-").replace("/", "_")) == LEAF.data
    assert "German (de)" in words["text"]
    settings = wired.body["generationConfig"]
    assert settings["responseMimeType"] == "application/json"
    assert "responseModalities" not in settings
    assert isinstance(answer.content, TopicCandidates)
    assert len(answer.content.items) == 5
    assert answer.content.items[0].reason == "It is there 1 times."
    assert answer.provenance.prompt == "image_topic@1"
    assert answer.provenance.parameters == (("picture", LEAF.sha256),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"topics": [{"title": "Leaf", "reason": "Green."}, {"title": "LEAF", "reason": "Again."}]}', "Leaf"),
        ('```json\n[{"title": "Leaf"}, {"title": ""}, {"name": "Tree"}]\n```', "Leaf|Tree"),
        ('{"topics": [{"title": "Leaf", "reason": "Green."}, {"title": "Tr', "Leaf"),
        ('["1. A", "2. B", "3. C", "4. D", "5. E", "6. F"]', "A|B|C|D|E"),
        ('{"topics": [{"title": "Leaf https://example.org/x"}]}', "Leaf"),
        ('{"topics": []}', "InvalidReply"),
        ("A leaf.", "InvalidReply"),
        ('{"topics": [{"title": "https://example.org/x"}]}', "InvalidReply"),
    ],
)
async def test_topics_are_read_as_far_as_they_can_be(wired: Wired, text: str, wanted: str) -> None:
    told, content = await outcome(wired, SHOW, stream(chunk(text, finish="STOP")))
    if isinstance(content, TopicCandidates):
        told = "|".join(item.title for item in content.items)
    assert told == wanted


async def test_no_address_comes_with_a_reason(wired: Wired) -> None:
    text = '{"topics": [{"title": "Leaf", "reason": "See [here](https://example.org/x) and www.example.org."}]}'
    answer = await wired.answer(SHOW, stream(chunk(text, finish="STOP")))
    assert answer.content == TopicCandidates((TopicCandidate("Leaf", "See here and ."),))


# --- a picture comes ---


async def test_an_image_model_is_asked_for_words_and_a_picture(wired: Wired) -> None:
    parts = await wired.ask(DRAW)
    assert "/models/gemini-3.1-flash-lite-image:streamGenerateContent" in wired.server.seen[-1].path
    settings = wired.body["generationConfig"]
    assert settings["responseModalities"] == ["TEXT", "IMAGE"]
    assert settings["imageConfig"] in ({"aspectRatio": "4:3"}, {"aspect_ratio": "4:3"})
    assert not {"responseMimeType", "responseJsonSchema", "thinkingConfig"} & set(settings)
    assert "systemInstruction" not in wired.body
    assert '"Leaf"' in wired.body["contents"][0]["parts"][0]["text"]
    (answer,) = parts  # nothing to read on the way
    assert isinstance(answer, Answer)
    assert answer.content == Illustration(Picture.of("image/png", png(64, 48), 64, 48), "A drawing of Leaf.")
    assert answer.usage == Usage(30, 1300, 0, 0, 1290)
    assert (answer.provenance.prompt, answer.quality) == ("illustration@1", None)


async def test_the_image_model_that_is_set_is_asked(wired: Wired) -> None:
    wired.settings = replace(wired.settings, image_model="gemini-nano-banana-2.1")
    await wired.ask(DRAW)
    await wired.ask(replace(DRAW, model="gemini-3-pro-image"))
    await wired.ask(SHOW)
    told = [seen.path.split("/models/")[1].split(":")[0] for seen in wired.server.seen]
    assert told == ["gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.5-flash-lite"]


@pytest.mark.parametrize("name", DRAWINGS)
async def test_every_reply_of_an_image_model(wired: Wired, name: str) -> None:
    reply, wanted = DRAWINGS[name]
    told, content = await outcome(wired, DRAW, reply)
    if content is None:
        assert told == wanted
        return
    assert isinstance(content, Illustration)
    assert content.alt == wanted
    assert (content.picture.width, content.picture.height) == (64, 48)
    assert len(content.alt) <= 300


async def outcome(wired: Wired, request: Request, reply: Reply) -> tuple[str, Content | None]:
    """The name of the error, or the content."""
    try:
        return "", (await wired.answer(request, reply)).content
    except AppError as error:
        return type(error).__name__, None


def drawn_in_recordings() -> list[Any]:
    return [each for each in recordings() if b'"inlineData"' in b"".join(each.reply.chunks) and not each.foreign]


@pytest.mark.parametrize("recording", drawn_in_recordings(), ids=lambda each: each.name)
async def test_recorded_pictures(wired: Wired, recording: Any) -> None:
    answer = await wired.answer(DRAW, recording.reply)
    assert isinstance(answer.content, Illustration)
    assert answer.content.picture.width >= 1
    assert answer.usage.output_tokens >= answer.usage.image_tokens


# --- a question ---


async def test_a_question_goes_with_its_place_and_the_explanation_and_comes_as_it_grows(wired: Wired) -> None:
    parts = await wired.ask(WHY)
    sent = wired.body["contents"][0]["parts"][0]["text"]
    for word in ("Why green?", "Plant", "A leaf is green."):
        assert word in sent
    answer = parts[-1]
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, ExplanationText)
    assert answer.quality is None
    assert answer.content.markdown.startswith("You ask: Why green?")
    texts = [part.text for part in parts[:-1] if isinstance(part, TextDelta)]
    assert len(texts) > 5
    assert "".join(texts).strip() == answer.content.markdown
    assert dict(answer.provenance.parameters)["question"] == "Why green?"


async def test_an_image_task_without_a_picture_is_still_raw_text_inside(wired: Wired) -> None:
    wired.server.enqueue(stream(chunk("x", finish="STOP")))
    (*_, last) = [part async for part in wired.engine.ask(replace(SHOW, image=None))]
    assert isinstance(last, Answer)
    assert last.content == RawText("x")
