"""Settings and the key: what is kept, what is shown of it, and what is never sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.api_key import check_key
from knowalledge_desktop.core.errors import DiskFull, KeyMalformed, KeyMissing, KeyRejected, Offline
from knowalledge_desktop.core.payload import SubtopicList
from knowalledge_desktop.core.request import EngineChoice, Task
from knowalledge_desktop.core.settings import Settings, Theme
from knowalledge_desktop.services.status import Connection
from tests.support.cli_services import KEY, Bench
from tests.support.fakes import MemorySecrets, MemorySettings


class FullDisk(MemorySettings):
    def save(self, settings: Settings) -> None:
        raise DiskFull("settings.json")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_settings_are_kept_and_used_at_once(bench: Bench) -> None:
    preferences = bench.services().preferences
    preferences.save(replace(preferences.settings, theme=Theme.DARK))
    assert preferences.settings.theme is Theme.DARK
    assert bench.settings.load().theme is Theme.DARK


def test_settings_that_cannot_be_kept_are_not_used(bench: Bench) -> None:
    bench.settings = FullDisk()
    preferences = bench.services().preferences
    with pytest.raises(DiskFull):
        preferences.save(replace(preferences.settings, theme=Theme.DARK))
    assert preferences.settings.theme is Theme.SYSTEM


@pytest.mark.parametrize(
    ("key", "is_set", "tail"),
    [(None, False, ""), (KEY, True, "0000"), ("short-key", True, "")],
)
async def test_little_is_shown_of_a_key(bench: Bench, key: str | None, tail: str, *, is_set: bool) -> None:
    bench.secrets = MemorySecrets(key)
    state = await bench.services().preferences.key_state()
    assert (state.is_set, state.tail, state.place) == (is_set, tail, "test keyring")


@pytest.mark.parametrize(("kept", "fits"), [(None, True), (KEY, True), ("planted", False), ("two words", False)])
async def test_what_no_key_can_be_is_told_wherever_it_comes_from(
    bench: Bench, kept: str | None, *, fits: bool
) -> None:
    bench.secrets = MemorySecrets(kept)
    assert (await bench.services().preferences.key_state()).is_wellformed is fits


@pytest.mark.parametrize("lasting", [True, False])
async def test_keeping_and_forgetting(bench: Bench, *, lasting: bool) -> None:
    bench.secrets = secrets = MemorySecrets(lasting=lasting)
    preferences = bench.services().preferences
    assert await preferences.set_key(f" {KEY}\n") is lasting
    assert secrets.key == KEY
    await preferences.remove_key()
    assert secrets.key is None


@pytest.mark.parametrize(
    "text", ["abc", "two words in it", "schlüssel-schlüssel", "auth_tokens/abcdefgh", "a" * 513]
)
async def test_what_cannot_be_a_key_is_neither_sent_nor_kept(bench: Bench, text: str) -> None:
    preferences = bench.services().preferences
    for act in (preferences.set_key(text), preferences.test_key(text)):
        with pytest.raises(KeyMalformed) as raised:
            await act
        assert text not in f"{raised.value!r} {raised.value.detail}"
    assert bench.engine.asked == []
    assert await bench.secrets.get() is None


def test_an_empty_text_is_a_missing_key() -> None:
    with pytest.raises(KeyMissing):
        check_key(" \n")
    assert check_key(f"\t{KEY} ") == KEY


async def test_a_key_is_proven_by_one_request(bench: Bench) -> None:
    preferences = bench.services().preferences
    assert len(await preferences.test_key(f"{KEY}\n")) == 2
    assert len(await preferences.test_key()) == 2
    assert bench.tested_keys == [KEY, None]
    assert {(r.task, r.engine) for r in bench.engine.asked} == {(Task.TEST_KEY, EngineChoice.GEMINI)}
    assert bench.status.snapshot().connection is Connection.ONLINE


@pytest.mark.parametrize(("trouble", "connection"), [(KeyRejected(), "online"), (Offline(), "offline")])
async def test_a_failing_test_says_why(bench: Bench, trouble: Exception, connection: str) -> None:
    bench.engine.troubles[""] = trouble
    with pytest.raises(type(trouble)):
        await bench.services().preferences.test_key(KEY)
    assert bench.status.snapshot().connection == connection


async def test_models_are_those_of_the_kept_key(bench: Bench) -> None:
    found = await bench.services().preferences.models()
    assert [model.name for model in found] == ["models/gemini-3.5-flash-lite", "models/other"]
    assert bench.tested_keys == [None]
    assert bench.engine.asked[0].task is Task.LIST_MODELS


async def test_another_kind_of_content_is_a_mistake_of_the_program(bench: Bench) -> None:
    bench.engine.plans[""] = [bench.engine.answer(SubtopicList(()))]
    preferences = bench.services().preferences
    for act in (preferences.models(), preferences.test_key(KEY)):
        with pytest.raises(TypeError):
            await act


async def test_what_another_process_has_set_is_taken_over_once(bench: Bench) -> None:
    preferences = bench.services().preferences
    assert not await preferences.look_again()
    bench.settings.save(replace(preferences.settings, theme=Theme.DARK))
    assert await preferences.look_again()
    assert preferences.settings.theme is Theme.DARK
    assert not await preferences.look_again()


async def test_what_is_saved_here_while_the_file_is_read_is_not_lost(bench: Bench) -> None:
    class Slow(MemorySettings):
        def load(self) -> Settings:
            found = super().load()
            if self.settings.text_scale == 1.0 and during:
                during.pop()()
            return found

    during: list[Callable[[], None]] = []
    bench.settings = Slow()
    preferences = bench.services().preferences
    bench.settings.settings = replace(Settings(), theme=Theme.DARK)
    during.append(lambda: preferences.save(replace(preferences.settings, text_scale=1.5)))
    assert not await preferences.look_again()
    assert preferences.settings.text_scale == 1.5
