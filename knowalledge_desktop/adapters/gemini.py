"""Gemini as an engine: one ask is one HTTP request, and only the program's own errors leave it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from knowalledge_desktop.adapters.gemini_pictures import draws, illustration, image_config, user_content
from knowalledge_desktop.adapters.gemini_reply import Reply
from knowalledge_desktop.adapters.gemini_transport import Call, Link, Links
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.core.content import Provenance, Usage
from knowalledge_desktop.core.errors import InvalidReply, RequestRejected, UserInputError
from knowalledge_desktop.core.payload import Content, ModelInfo, ModelList, TokenCount
from knowalledge_desktop.core.ports import Clock, SecretStore
from knowalledge_desktop.core.quota_rules import estimate_tokens
from knowalledge_desktop.core.request import Answer, Part, Request, Task, TextDelta, is_grounded
from knowalledge_desktop.core.settings import Safety, Settings, model_for
from knowalledge_desktop.prompts.prompt import Prompt
from knowalledge_desktop.prompts.render import label, render

if TYPE_CHECKING:
    from google.genai import types

PAGE_SIZE = 1000
"""The most models the API gives a page; all known lists fit into one."""

MAX_PAGES = 5
"""Pages read of a list of models; a server may go on for ever."""

COUNT_TIMEOUT_S = 5.0
"""A count that takes longer is not worth waiting for: there is an estimate."""

_MODEL = re.compile(r"(?:models/|tunedModels/)?[A-Za-z0-9][A-Za-z0-9._\-]{0,127}")
_GENERATION = re.compile(r"(?:models/)?gemini-(\d{1,2})(?:\.(\d{1,2}))?-")


class GeminiEngine:
    """Answers with the Gemini API.

    `settings` is read at every request, so a new model or address counts at once. Nothing of the
    SDK is imported before `warm_up` or the first request, and then in a worker thread.
    """

    def __init__(self, secrets: SecretStore, settings: Callable[[], Settings], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._links = Links(secrets)
        self._pictures = Pictures()

    async def warm_up(self) -> None:
        """Import the SDK off the loop, so that the first question does not wait for it."""
        await self._links.warm_up()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._links.aclose()

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """Parts of the answer; text as it arrives where it is to be read, the Answer alone for the rest."""
        settings = self._settings()
        async with self._links.use(settings) as link:
            if request.task in {Task.LIST_MODELS, Task.TEST_KEY}:
                yield await self._models(link, request, settings)
                return
            if request.task is Task.COUNT_TOKENS:
                yield await self._count(link, request, settings)
                return
            async with aclosing(self._generate(link, request, settings)) as parts:
                async for part in parts:
                    yield part

    async def _generate(self, link: Link, request: Request, settings: Settings) -> AsyncGenerator[Part, None]:
        prompt = render(request)
        asked = checked_model(model_for(settings, request))
        config = _config(request, prompt, asked, settings)
        reply = Reply(asked)
        call = Call(link, self._clock, model=asked, timeout_s=settings.timeout_s)
        models: Any = link.client.aio.models  # the SDK's signature is beyond the type checker
        chunks = await models.generate_content_stream(
            model=asked, contents=user_content(request, prompt), config=config
        )
        async with aclosing(chunks), aclosing(call):
            while (chunk := await call.run(anext(chunks, None))) is not None:
                text = reply.add(chunk)
                if text and request.task in {Task.EXPLANATION, Task.QUESTION}:
                    yield TextDelta(text)
        content: Content = await illustration(reply, request, self._pictures) if draws(request) else reply.raw()
        usage = reply.usage()
        yield Answer(content, self._provenance(request, reply.model, usage), usage)

    async def _models(self, link: Link, request: Request, settings: Settings) -> Answer:
        """The models the key may use; TEST_KEY asks for one only, as a proof that the key works."""
        testing = request.task is Task.TEST_KEY
        config = _list_config(1 if testing else PAGE_SIZE, settings.timeout_s)
        found: dict[str, ModelInfo] = {}
        async with aclosing(Call(link, self._clock, model="", timeout_s=settings.timeout_s)) as call:
            pager = await call.run(link.client.aio.models.list(config=config))
            for pages in range(1, MAX_PAGES + 1):
                before = len(found)
                found.update((info.name, info) for info in map(_model_info, pager.page) if info.name)
                repeated = len(found) == before
                if testing or repeated or pages == MAX_PAGES or not pager.config.get("page_token"):
                    break
                await call.run(pager.next_page())
        return Answer(ModelList(tuple(found.values())), self._provenance(request, "", Usage()))

    async def _count(self, link: Link, request: Request, settings: Settings) -> Answer:
        """How many input tokens the request `of` has.

        The method does not take instructions and schemas on this API, so their local estimates are added.
        """
        if request.of is None:
            raise RequestRejected("Nothing was given to count.")
        prompt = render(request.of)
        asked = checked_model(model_for(settings, request.of))
        timeout_s = min(COUNT_TIMEOUT_S, settings.timeout_s)
        models: Any = link.client.aio.models  # the SDK's signature is beyond the type checker
        async with aclosing(Call(link, self._clock, model=asked, timeout_s=timeout_s)) as call:
            told = await call.run(
                models.count_tokens(
                    model=asked, contents=user_content(request.of, prompt), config=_count_config(timeout_s)
                )
            )
        tokens = told.total_tokens
        if not isinstance(tokens, int) or tokens <= 0:
            raise InvalidReply("no count in the answer")
        schema = "" if prompt.schema is None else json.dumps(prompt.schema)
        tokens += estimate_tokens(prompt.system) + estimate_tokens(schema)
        return Answer(TokenCount(tokens), self._provenance(request, asked, Usage()))

    def _provenance(self, request: Request, model: str, usage: Usage) -> Provenance:
        return Provenance(
            engine="gemini",
            model=model,
            prompt=label(request),
            created_at=self._clock.now(),
            language=request.options.language,
            parameters=_parameters(request),
            usage=usage,
        )


def checked_model(name: str) -> str:
    """The model's name, when it can be one; raises UserInputError with a sentence."""
    if not _MODEL.fullmatch(name):
        raise UserInputError("The name of the Gemini model must be like gemini-3.5-flash-lite.")
    return name


def thinking(model: str) -> tuple[str, int | None]:
    """How little the model may think: a thinking level or a token budget, ("", None) for its default.

    Level and budget together are an error, and so is MINIMAL on models other than flash-lite
    (ai.google.dev, Gemini 3 guide).
    """
    found = _GENERATION.match(model)
    if found is None or "image" in model or "banana" in model or "embedding" in model:
        return "", None
    generation = (int(found[1]), int(found[2] or 0))
    lite = "flash-lite" in model
    if generation >= (3, 0):
        return ("MINIMAL" if lite else "LOW"), None
    return "", 0 if generation == (2, 5) and lite else None


def _config(request: Request, prompt: Prompt, model: str, settings: Settings) -> types.GenerateContentConfig:
    from google.genai import types

    level, budget = thinking(model)
    thinks = types.ThinkingConfig(
        thinking_level=types.ThinkingLevel(level) if level else None, thinking_budget=budget
    )
    return types.GenerateContentConfig(
        system_instruction=prompt.system or None,
        max_output_tokens=prompt.max_output_tokens,
        response_mime_type=None if prompt.schema is None else "application/json",
        response_json_schema=None if prompt.schema is None else dict(prompt.schema),
        response_modalities=["TEXT", "IMAGE"] if draws(request) else None,
        image_config=image_config() if draws(request) else None,
        safety_settings=_safety(settings.safety),
        tools=[types.Tool(google_search=types.GoogleSearch())] if is_grounded(request) else None,
        thinking_config=thinks if level or budget is not None else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        http_options=_limits(settings.timeout_s),
    )


def _safety(safety: Safety) -> list[types.SafetySetting] | None:
    """One threshold for the four kinds of harm that can be set (API reference, "SafetySetting")."""
    from google.genai import types

    if safety is Safety.DEFAULT:
        return None
    kinds = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
    threshold = types.HarmBlockThreshold(safety.value)
    return [
        types.SafetySetting(category=types.HarmCategory(f"HARM_CATEGORY_{kind}"), threshold=threshold)
        for kind in kinds
    ]


def _list_config(page_size: int, timeout_s: float) -> types.ListModelsConfig:
    from google.genai import types

    return types.ListModelsConfig(page_size=page_size, http_options=_limits(timeout_s))


def _count_config(timeout_s: float) -> types.CountTokensConfig:
    from google.genai import types

    return types.CountTokensConfig(http_options=_limits(timeout_s))


def _limits(timeout_s: float) -> types.HttpOptions:
    from google.genai import types

    return types.HttpOptions(
        timeout=max(1, round(timeout_s * 1000)), retry_options=types.HttpRetryOptions(attempts=1)
    )


def _model_info(model: types.Model) -> ModelInfo:
    return ModelInfo(
        name=str(model.name or "").removeprefix("models/"),
        title=str(model.display_name or ""),
        actions=tuple(map(str, model.supported_actions or ())),
    )


def _parameters(request: Request) -> tuple[tuple[str, str], ...]:
    options = request.options
    match request.task:
        case Task.SUBTOPICS:
            return (("count", str(options.count)),)
        case Task.EXPLANATION:
            return (
                ("level", options.level.value),
                ("detail", options.detail.value),
                ("style", options.style.value),
                *((("grounded", "yes"),) if options.grounded else ()),
            )
        case Task.QUESTION:
            return (
                ("question", request.question),
                ("level", options.level.value),
                ("detail", options.detail.value),
            )
        case Task.IMAGE_TOPIC:
            return (("picture", request.image.sha256),) if request.image else ()
        case Task.ILLUSTRATION:
            return (("level", options.level.value),)
        case Task.LIST_MODELS | Task.TEST_KEY | Task.COUNT_TOKENS | Task.SECOND_LOOK:
            return ()
