"""How requests are measured before and after: tokens, pictures, money."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.prices import (
    IMAGE_TOKENS_TYPICAL,
    MILLION,
    NOTHING,
    Price,
    PriceTable,
    ceiling_micro,
    cost_micro,
)
from knowalledge_desktop.core.quota import Bucket, Demand, Used
from knowalledge_desktop.core.quota_rules import estimate_image_tokens, estimate_tokens
from knowalledge_desktop.core.request import Answer, Request, Task, is_grounded
from knowalledge_desktop.core.settings import Settings, model_for

FREE_TIER = "free"
_TYPICAL_OUTPUT = {
    Task.SUBTOPICS: 900,
    Task.EXPLANATION: 450,
    Task.QUESTION: 350,
    Task.IMAGE_TOPIC: 250,
    Task.SECOND_LOOK: 150,
}
"""Output tokens of a usual answer, for the price that is likely; the ceiling is what counts for budgets."""

SEARCH_MICRO = 14_000
"""A request with a search of the web, $14 a thousand (Gemini API pricing of 2026-10, "Grounding")."""

_ESTIMATE_SLACK = 2
"""The local estimate is about twice the real count for Latin scripts; the likely price takes that back."""


class Rendered(Protocol):
    """As much of a prompt as is measured."""

    @property
    def system(self) -> str:
        """The instruction."""
        ...

    @property
    def user(self) -> str:
        """The data."""
        ...

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The shape of the answer, if it has one."""
        ...

    @property
    def max_output_tokens(self) -> int:
        """The most the answer may have."""
        ...


@dataclass(frozen=True, slots=True)
class Quote:
    """What a click would take: requests, tokens and money, at most and likely.

    `most_micro` is None when a model's price is not known. `models` tells how many of the requests go to which
    model, the one with the most first; `model` is that one.
    """

    requests: int
    tokens_in: int
    tokens_out: int
    most_micro: int | None
    likely_micro: int | None
    model: str
    free: bool = False
    models: tuple[tuple[str, int], ...] = ()


class Tariffs:
    """Measures requests with the table of prices and local estimates; asks nobody."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        prices: Callable[[], PriceTable],
        clock: Clock,
        render: Callable[[Request], Rendered],
    ) -> None:
        self._render = render
        self._settings = settings
        self._prices = prices
        self._clock = clock

    def bucket(self, request: Request) -> Bucket:
        """Where the limits for a request hold."""
        settings = self._settings()
        return Bucket(settings.project, model_for(settings, request))

    def demand(self, request: Request) -> Demand:
        """The most a request can use."""
        tokens, output = self._sizes(request)
        images = int(request.task is Task.ILLUSTRATION)
        price = self._reckoned(model_for(self._settings(), request))
        most = ceiling_micro(price, prompt_tokens=tokens, output_tokens=output, images=images)
        most += self._search(request)
        return Demand(tokens, images, most, request.task.value)

    def used(self, request: Request, answer: Answer) -> Used:
        """What a request really used, as far as the answer says; its model's price is the one that counts."""
        usage = answer.usage
        images = int(request.task is Task.ILLUSTRATION)
        tokens = usage.prompt_tokens or self._sizes(request)[0]
        price = self._reckoned(answer.provenance.model or model_for(self._settings(), request))
        cost = cost_micro(price, usage, image_tokens=usage.image_tokens) + self._search(request)
        return Used(tokens, images, cost, usage.output_tokens + usage.thought_tokens)

    def cost(self, provenance: Provenance) -> int | None:
        """What an answer cost, micro-dollars; None when its model's price is not known."""
        if provenance.engine != "gemini":
            return 0
        price = self._price(provenance.model)
        usage = provenance.usage
        return None if price is None else cost_micro(price, usage, image_tokens=usage.image_tokens)

    def quote(self, requests: Iterable[Request]) -> Quote:
        """What these requests would take together."""
        settings = self._settings()
        count = tokens_in = tokens_out = most = likely = 0
        known, models = True, Counter[str]()
        for request in requests:
            count += 1
            model = model_for(settings, request)
            models[model] += 1
            tokens, output = self._sizes(request)
            tokens_in, tokens_out = tokens_in + tokens, tokens_out + output
            price = self._price(model)
            if price is None:
                known = False
                continue
            images = int(request.task is Task.ILLUSTRATION)
            search = self._search(request)
            most += search + ceiling_micro(price, prompt_tokens=tokens, output_tokens=output, images=images)
            likely += search + _likely(price, request, tokens)
        free = settings.tier == FREE_TIER
        by_model = tuple(models.most_common())
        return Quote(
            count,
            tokens_in,
            tokens_out,
            most if known else None,
            likely if known else None,
            by_model[0][0] if by_model else "",
            free=free,
            models=by_model,
        )

    def _search(self, request: Request) -> int:
        """What a search of the web adds; the free ones of a month are not counted off."""
        billed = is_grounded(request) and self._settings().tier != FREE_TIER
        return SEARCH_MICRO if billed else 0

    def _sizes(self, request: Request) -> tuple[int, int]:
        """Tokens: the prompt's as counted or an upper bound of them, and the most the answer may have."""
        prompt = self._render(request)
        if request.counted is not None:
            return request.counted, prompt.max_output_tokens
        schema = "" if prompt.schema is None else json.dumps(prompt.schema)
        tokens = estimate_tokens(prompt.system) + estimate_tokens(prompt.user) + estimate_tokens(schema)
        if request.image is not None:
            tokens += estimate_image_tokens(request.image.width, request.image.height)
        return tokens, prompt.max_output_tokens

    def _reckoned(self, model: str) -> Price:
        """A price to count with, so that no budget is passed by a model nobody knows the price of."""
        return self._price(model) or self._prices().dearest(self._clock.now())

    def _price(self, model: str) -> Price | None:
        if self._settings().tier == FREE_TIER:
            return NOTHING
        return self._prices().price(model, self._clock.now())


def _likely(price: Price, request: Request, tokens: int) -> int:
    output = _TYPICAL_OUTPUT.get(request.task, 0)
    micro = ceiling_micro(price, prompt_tokens=tokens // _ESTIMATE_SLACK, output_tokens=output)
    if request.task is Task.ILLUSTRATION:
        micro += -(-IMAGE_TOKENS_TYPICAL * price.image_output.at(tokens) // MILLION)
    return micro
