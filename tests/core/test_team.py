"""Addresses, keys and shares of a team, without any Redis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.team import (
    ASSURED,
    FORGOTTEN_S,
    WHOLE,
    Held,
    Lengths,
    Member,
    Note,
    TeamReport,
    TeamState,
    aged,
    members_of,
    portion,
)
from knowalledge_desktop.core.team_address import Kind, TeamKey, key_text, parse_address
from knowalledge_desktop.core.team_words import member_line, refused_sentence, saved_sentence, state_sentence

LENGTHS = Lengths()  # 60, 120 and 10 seconds


@pytest.mark.parametrize(
    ("url", "kind", "tls", "hosts", "more"),
    [
        ("redis://127.0.0.1:7000/2", Kind.SINGLE, False, (("127.0.0.1", 7000),), (2, "", "")),
        ("rediss://team@cache.example", Kind.SINGLE, True, (("cache.example", 6379),), (0, "", "team")),
        ("redis://[::1]:7000", Kind.SINGLE, False, (("::1", 7000),), (0, "", "")),
        (
            "rediss+sentinel://a.example,b.example:26380/kae",
            Kind.SENTINEL,
            True,
            (("a.example", 26379), ("b.example", 26380)),
            (0, "kae", ""),
        ),
        (
            "redis+cluster://localhost:1,localhost:2",
            Kind.CLUSTER,
            False,
            (("localhost", 1), ("localhost", 2)),
            (0, "", ""),
        ),
    ],
)
def test_addresses(url: str, kind: Kind, tls: bool, hosts: object, more: tuple[int, str, str]) -> None:
    found = parse_address(url)
    assert (found.kind, found.tls, found.hosts, (found.db, found.service, found.user)) == (kind, tls, hosts, more)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.1",
        "redis://",
        "redis://me:secret@127.0.0.1",
        "redis://a.example",
        "redis://127.0.0.1,127.0.0.2",
        "redis+sentinel://127.0.0.1",
        "redis://127.0.0.1/name",
        "redis://127.0.0.1:70000",
        "redis://127.0.0.1.example",
        "redis://a b",
    ],
)
def test_what_is_no_address_is_told_in_a_sentence_without_its_secrets(url: str) -> None:
    with pytest.raises(UserInputError) as caught:
        parse_address(url)
    assert caught.value.detail.endswith(".")
    assert "secret" not in caught.value.detail


def test_a_network_of_ones_own_is_confirmed() -> None:
    assert not parse_address("redis://a.example", plain_confirmed=True).is_loopback


def test_a_key_names_the_team_and_never_shows_itself() -> None:
    text = key_text(bytes(range(32)))
    key = TeamKey.of(f"  {text}\n")
    assert (len(text), key) == (48, TeamKey.of(text))
    assert key.signing.hex() not in repr(key)
    assert text not in repr(key)
    for wrong in ("", text[:-1], "kaet_", text.removeprefix("kaet_"), text + "AAAA"):
        with pytest.raises(UserInputError):
            TeamKey.of(wrong)


def test_cut_off_a_little_may_be_used_at_once_and_the_share_when_the_others_have_surely_noticed() -> None:
    def part(silent: float, granted: float = 10_000.0, at_most: float | None = None) -> float:
        return Held(WHOLE // 3, silent, silent if at_most is None else at_most, granted).part(LENGTHS)

    assert part(0.0) == part(189.9) == pytest.approx(ASSURED / 3)
    assert part(190.0) == pytest.approx(1 / 3)
    assert part(0.0, granted=179.0) == 0.0  # the others may still have what was theirs before
    assert part(FORGOTTEN_S) == part(60.0, at_most=FORGOTTEN_S) == 0.0  # asleep meanwhile


def test_of_a_day_that_began_before_only_the_assurance_is_sure() -> None:
    def part(silent: float, granted: float, of_day: float) -> float:
        return Held(WHOLE // 2, silent, silent, granted).day_part(LENGTHS, of_day_s=of_day)

    assert part(300.0, 9000.0, 4000.0) == pytest.approx(ASSURED / 2)
    assert part(300.0, 9000.0, 290.0) == pytest.approx(0.5)
    assert part(300.0, 9000.0, 291.0) == pytest.approx(ASSURED / 2)
    assert part(300.0, 9000.0, 8995.0) == 0.0


@given(st.integers(0, 10**7), st.integers(1, 40))
def test_the_parts_of_all_members_never_pass_the_limit(limit: int, members: int) -> None:
    shares, given_ = [], 0
    for _ in range(members):
        shares.append(min(-(-WHOLE // members), WHOLE - given_))
        given_ += shares[-1]
    assert sum(portion(limit, share / WHOLE) or 0 for share in shares) <= limit


def test_a_note_of_before_the_machine_was_started_holds_nothing() -> None:
    note = Note("me", "team", number=4, share=WHOLE, granted_at=100.0, word_at=500.0, word_wall=9_000.0)
    assert note.held(499.0, 9_100.0) is None
    assert Note("me").held(1.0, 1.0) is None
    assert note.held(510.0, 9_400.0) == Held(WHOLE, 10.0, 400.0, 410.0)


def test_a_roster_ages() -> None:
    roster = '[["a","Anna",5000,720720,60000]]'
    assert aged(roster, 2.5) == '[["a", "Anna", 7500, 720720, 62500]]'
    assert [(each.name, each.ago_s) for each in members_of(aged(roster, 2.5))] == [("Anna", 7.5)]
    assert members_of("") == ()


def test_every_state_has_a_sentence() -> None:
    for state in TeamState:
        told = state_sentence(TeamReport(state, trouble="Redis gives no answer"), str)
        assert told
        assert "{" not in told
    waiting = state_sentence(TeamReport(TeamState.TOGETHER, waits_until=12.0), lambda at: f"at {at}")
    assert "at 12.0" in waiting
    assert (
        saved_sentence(TeamReport(TeamState.TOGETHER, saved=1200)) == "Sharing has saved the team 1,200 requests."
    )
    assert refused_sentence(TeamReport(TeamState.TOGETHER)) == ""
    assert "2 values" in refused_sentence(TeamReport(TeamState.TOGETHER, refused_values=2))
    anna = Member("a", "Anna", 100.0, 1 / 3, 1234, me=True)
    assert member_line(anna, 400.0) == ("Anna (you)", "5 min ago", "33 %", "1,234")
