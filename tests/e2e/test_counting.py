"""A picture is reserved by its exact count, through the whole program."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import RequestTooBig
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.request import EngineChoice, Options, Request, Task
from tests.support.gateway import environ, program
from tests.support.gemini_cases import Reply, error, unary
from tests.support.limits_count import Entry, HiddenLimits
from tests.support.limits_server import LimitsServer
from tests.support.pictures import plain

PICTURE = Picture.of("image/png", plain(1024, 1024), 1024, 1024)


class Uncounting(LimitsServer):
    """A service, or a gateway before it, that counts for nobody."""

    def _free_of_charge(self, entry: Entry) -> Reply:
        return unary(error(404, "NOT_FOUND", "no such method"), 404)


@pytest.mark.parametrize("kind", [LimitsServer, Uncounting])
async def test_a_picture_fits_by_its_count_and_not_by_its_estimate(
    tmp_path: Path, kind: type[LimitsServer]
) -> None:
    with kind(HiddenLimits(), latency=(0.0, 0.0)) as server:
        async with program(environ(tmp_path / "home", server.url)) as services:
            estimate = services.tariffs.demand(Request(Task.IMAGE_TOPIC, image=PICTURE)).tokens
            await services.quota.set_limits(Limits(tpm=estimate - 20))
            if kind is Uncounting:
                with pytest.raises(RequestTooBig):
                    await services.imaging.topics_of(PICTURE, Options(), engine=EngineChoice.GEMINI)
            else:
                found = await services.imaging.topics_of(PICTURE, Options(), engine=EngineChoice.GEMINI)
                assert found.candidates.items
            report = await services.quota.report()
        methods = [entry.method for entry in server.log]
    used = {gauge.metric: gauge.used for gauge in report.gauges}
    if kind is Uncounting:
        assert methods == ["countTokens"]
        assert (used[Metric.RPM], used[Metric.TPM]) == (0, 0)
    else:
        assert methods == ["countTokens", "streamGenerateContent"]
        assert (used[Metric.RPM], used[Metric.TPM]) == (1, server.log[1].tokens)
