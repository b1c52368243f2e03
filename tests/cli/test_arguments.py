"""What may stand on the command line, and that a key never does."""

from __future__ import annotations

import pytest

from knowalledge_desktop.cli import (
    ask,
    budget,
    cache,
    explain,
    explore,
    illustrate,
    image_topic,
    key,
    library,
    machine,
    quota,
    serve,
)
from knowalledge_desktop.cli.arguments import overrides_of, parse
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Style
from tests.support.cli_services import KEY


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        parse(words)
    assert left.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    return told.err


def test_nothing_means_the_window() -> None:
    args = parse([])
    assert (args.command, args.work, args.topic) == (None, None, None)
    assert overrides_of(args) == {}
    assert parse(["--topic", "Jazz"]).topic == "Jazz"


@pytest.mark.parametrize(
    ("words", "work"),
    [
        ("explore Jazz", explore.explore),
        ("explain Jazz", explain.explain),
        ("ask Jazz Why?", ask.ask),
        ("image-topic leaf.png", image_topic.image_topic),
        ("illustrate Jazz --out a.png", illustrate.illustrate),
        ("quota", quota.quota),
        ("quota set --rpm 3", quota.set_quota),
        ("budget --day 0.5", budget.budget),
        ("cache stats", cache.stats),
        ("cache clear", cache.clear),
        ("cache invalidate topic:*", cache.invalidate),
        ("cache forget topic:* --dry-run", cache.invalidate),
        ("library list", library.list_maps),
        ("library show Jazz", library.show),
        ("library search jazz", library.search),
        ("library delete Jazz", library.delete),
        ("library restore id1", library.restore),
        ("key set", key.set_key),
        ("key test", key.test_key),
        ("key remove", key.remove_key),
        ("key status", key.key_status),
        ("models", key.models),
        ("serve --port 0", serve.serve),
        ("selftest", machine.selftest),
        ("doctor", machine.doctor),
    ],
)
def test_each_command_has_its_work(words: str, work: object) -> None:
    assert parse(words.split()).work is work


def test_how_an_answer_should_be() -> None:
    args = parse(
        [
            "explain",
            "Bebop",
            "--in",
            "Jazz",
            "--level",
            "junior",
            "--detail",
            "brief",
            "--style",
            "visual",
            "--language",
            "pt-BR",
            "--engine",
            "atlas",
            "--fresh",
            "--json",
        ]
    )
    assert (args.topic_, args.root, args.language) == ("Bebop", "Jazz", "pt-BR")
    assert (args.level, args.detail, args.style) == (Level.JUNIOR, Detail.BRIEF, Style.VISUAL)
    assert (args.engine, args.fresh, args.json) == (EngineChoice.ATLAS, True, True)
    args = parse(["explore", "Jazz", "--count", "30", "--depth", "3"])
    assert (args.count, args.depth, args.engine, args.fresh, args.json) == (30, 3, None, False, False)
    assert parse(["explore", "Jazz"]).depth == 1


@pytest.mark.parametrize("places", [(True, False), (False, True), (True, True)])
def test_global_options_may_stand_before_and_after_the_command(places: tuple[bool, bool]) -> None:
    before, after = places
    words = ["--base-url", "http://a", "--home", "/h"] if before else []
    words += ["library", "list"]
    words += ["--base-url", "http://b", "--api-version", "v1"] if after else []
    told = overrides_of(parse(words))
    assert told["KNOWALLEDGE_GEMINI_BASE_URL"] == ("http://b" if after else "http://a")
    assert told.get("KNOWALLEDGE_HOME") == ("/h" if before else None)
    assert told.get("KNOWALLEDGE_GEMINI_API_VERSION") == ("v1" if after else None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("explore", "TOPIC"),
        ("explore Jazz --count 0", "1 to 30"),
        ("explore Jazz --count 31", "1 to 30"),
        ("explore Jazz --count ٣", "1 to 30"),
        ("explore Jazz --depth 4", "1 to 3"),
        ("explore Jazz --engine bing", "auto, gemini, atlas"),
        ("explore Jazz --language 1", "language tag"),
        ("explore Jazz --js", "unknown: --js"),
        ("explore Two Words", "unknown: Words"),
        ("explain Jazz --level expert", "junior, high-school, undergraduate"),
        ("library", "ACTION"),
        ("library show", "MAP"),
        ("serve --port x", "--port"),
        ("dance", "invalid choice"),
        ("--topic Jazz explore Jazz", "--topic opens the window"),
        ("key", "ACTION"),
        ("cache", "ACTION"),
        ("cache invalidate", "PATTERN"),
        ("quota set --rpm many", "a whole number from 0 on, or none"),
        ("quota set --preset gold", "invalid choice"),
    ],
)
def test_mistakes_are_told_in_one_line(capsys: pytest.CaptureFixture[str], words: str, told: str) -> None:
    assert told in refused(capsys, *words.split())


@pytest.mark.parametrize(
    "words",
    [
        "key set {}",
        "key set --key {}",
        "key set --key={}",
        "key {}",
        "key test {}",
        "key --json {}",
        "key status --json={}",
        "--base-url http://a key set {}",
    ],
)
@pytest.mark.parametrize("secret", [KEY, "a-key-of-a-gateway"])
def test_a_key_on_the_command_line_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str], words: str, secret: str
) -> None:
    told = refused(capsys, *words.format(secret).split())
    assert secret not in told
    assert "never stands on the command line" in told


def test_a_key_in_the_wrong_place_is_not_repeated_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert KEY not in refused(capsys, "explore", "Jazz", KEY)
    assert KEY not in refused(capsys, KEY)


@pytest.mark.parametrize("words", ["--version", "--help", "explore --help", "key set --help"])
def test_help_is_no_mistake(capsys: pytest.CaptureFixture[str], words: str) -> None:
    with pytest.raises(SystemExit) as left:
        parse(words.split())
    assert left.value.code == 0
    assert capsys.readouterr().out
