"""`knowalledge key` and `models`: the key is typed or piped in, tested, kept, and never shown."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import KeyMissing, KeyRejected, Offline
from tests.support.cli_services import KEY, Bench, Outcome, Stream, command, console
from tests.support.fakes import MemorySecrets


class GivenSecrets(MemorySecrets):
    """The environment's key comes first, as with the real keyring."""

    async def get(self) -> str | None:
        return KEY

    async def place(self) -> str:
        return "the environment variable GEMINI_API_KEY"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def kept(bench: Bench) -> str | None:
    assert isinstance(bench.secrets, MemorySecrets)
    return bench.secrets.key


def set_key(bench: Bench, typed: str, *words: str, **environ: str) -> Outcome:
    done = command(bench, "key", "set", *words, at=console(typed, **environ))
    assert KEY not in done.out + done.err
    return done


def test_a_key_that_is_piped_in_is_tested_and_kept(bench: Bench) -> None:
    done = set_key(bench, f"  {KEY}\nmore that does not belong to it\n")
    assert (done.code, done.out) == (0, "The key is kept in test keyring.\n")
    assert done.errors == ["The key works; it may use 2 models."]
    assert (kept(bench), bench.tested_keys) == (KEY, [KEY])


def test_a_key_can_be_typed_at_a_prompt_that_does_not_show_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = console()
    assert isinstance(at.stdin, Stream)
    at.stdin.terminal = True
    prompts: list[str] = []

    def typed(prompt: str, stream: object) -> str:
        assert stream is at.stderr
        prompts.append(prompt)
        return f"{KEY} "

    monkeypatch.setattr(getpass, "getpass", typed)
    assert command(bench, "key", "set", at=at).code == 0
    assert (kept(bench), len(prompts)) == (KEY, 1)


def test_without_the_test_nothing_is_sent(bench: Bench) -> None:
    assert set_key(bench, KEY, "--no-test").code == 0
    assert kept(bench) == KEY
    assert bench.engine.asked == []


@pytest.mark.parametrize("typed", ["", "\n", " \n"])
def test_no_key_at_all(bench: Bench, typed: str) -> None:
    done = set_key(bench, typed)
    assert (done.code, done.out, len(done.errors)) == (4, "", 1)
    assert "No key came" in done.err


@pytest.mark.parametrize("words", [[], ["--no-test"]])
@pytest.mark.parametrize("typed", ["a b c d e f g h", "kurz", "schlüssel-schlüssel"])
def test_what_cannot_be_a_key_is_neither_sent_nor_kept_nor_repeated(
    bench: Bench, typed: str, words: list[str]
) -> None:
    done = set_key(bench, typed, *words)
    assert (done.code, done.out, len(done.errors)) == (4, "", 1)
    assert typed not in done.err
    assert (kept(bench), bench.engine.asked) == (None, [])


@pytest.mark.parametrize(("trouble", "code"), [(KeyRejected(), 4), (Offline(), 6)])
def test_a_key_that_was_not_proven_is_not_kept(bench: Bench, trouble: Exception, code: int) -> None:
    bench.engine.troubles[""] = trouble
    done = set_key(bench, KEY)
    assert (done.code, done.out, len(done.errors)) == (code, "", 1)
    assert kept(bench) is None


def test_without_a_keyring_keeping_is_pointless_and_said_to_be(bench: Bench) -> None:
    bench.secrets = MemorySecrets(lasting=False)
    done = set_key(bench, KEY)
    assert (done.code, done.out) == (4, "")
    assert "no usable system keyring" in done.errors[-1]
    assert "GEMINI_API_KEY" in done.errors[-1]


def test_the_environments_key_is_said_to_come_first(bench: Bench) -> None:
    bench.secrets = GivenSecrets()
    done = set_key(bench, KEY, GEMINI_API_KEY=KEY)
    assert "While GEMINI_API_KEY is set, that one is used." in done.out
    assert "is still used" in command(bench, "key", "remove").out


def test_proving_the_kept_key(bench: Bench) -> None:
    assert command(bench, "key", "test").out == "The key works; it may use 2 models.\n"
    assert bench.tested_keys == [None]
    bench.engine.troubles[""] = KeyMissing()
    done = command(bench, "key", "test")
    assert (done.code, done.out, len(done.errors)) == (4, "", 1)


def test_forgetting(bench: Bench) -> None:
    bench.secrets = MemorySecrets(KEY)
    assert command(bench, "key", "remove").out == "The key is removed.\n"
    assert kept(bench) is None
    assert command(bench, "key", "remove").out == "There was no key to remove.\n"


def test_the_state_of_the_key(bench: Bench) -> None:
    assert "No key is set" in command(bench, "key", "status").out
    bench.secrets = MemorySecrets(KEY)
    shown = command(bench, "key", "status")
    assert shown.out == "A key that ends in …0000 is set (test keyring).\n"
    told = json.loads(command(bench, "key", "status", "--json").out)
    assert told == {"is_set": True, "tail": "0000", "place": "test keyring"}


def test_models(bench: Bench) -> None:
    shown = command(bench, "models").out.splitlines()
    assert shown == ["* models/gemini-3.5-flash-lite  Flash-Lite", "  models/other  "]
    told = json.loads(command(bench, "models", "--json").out)
    assert told["text_model"] == "gemini-3.5-flash-lite"
    assert told["models"][0]["actions"] == ["generateContent"]
    bench.engine.troubles[""] = Offline()
    assert command(bench, "models").code == 6


def test_leaving_the_prompt_is_no_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def left(prompt: str, stream: object) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", left)
    at = console()
    assert isinstance(at.stdin, Stream)
    at.stdin.terminal = True
    assert command(bench, "key", "set", at=at).code == 4
