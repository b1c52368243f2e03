"""This program's place in a team: signs of life, telling again what was sent, and what is held when cut off."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.team import (
    EpochChanged,
    Held,
    Lengths,
    Note,
    OutOfReach,
    OwnUse,
    TeamBook,
    TeamQuota,
    TeamState,
    Unsure,
    Word,
    aged,
)
from knowalledge_desktop.resilience.coalesced import Spawn

BEATS_IN_SILENCE = 3
PATIENCE_S = 3.0
"""The longest that a request waits for what is not known yet of the team. A Redis that is gone is known sooner."""

_UNSURE_S = 1.5  # by then a sign of life was heard or never will be
_ROUNDS = 3
_UNFIT_AGAIN_S = 30.0


class Membership:
    """Keeps this member known to its team, from `start` to `aclose`.

    All processes of a member share its `book`, so that each can tell what is held when Redis is gone. `team`
    gives the team's id, None without a team, empty as long as its key is not known: nothing is admitted then.
    `prepare` is awaited before, for what `team` needs. After each return from a silence `on_return` is awaited
    before anything is admitted.
    """

    def __init__(
        self,
        quota: TeamQuota,
        book: TeamBook,
        own_uses: Callable[[], Awaitable[tuple[OwnUse, ...]]],
        clock: Clock,
        *,
        team: Callable[[], str | None],
        name: Callable[[], str],
        spawn: Spawn,
        lengths: Lengths,
        prepare: Callable[[], Awaitable[None]],
    ) -> None:
        self.lengths = lengths
        self.state = TeamState.OFF
        self.trouble = ""
        self.word: Word | None = None
        self.member_id = ""
        self.on_return: Callable[[], Awaitable[None]] | None = None
        self._quota = quota
        self._book = book
        self._own_uses = own_uses
        self._clock = clock
        self._team = team
        self._name = name
        self._prepare = prepare
        self._spawn = spawn
        self._voice = uuid.uuid4().hex[:8]
        self._reported = ""
        self._joined: str | None = None
        self._fit_until = 0.0
        self._lock = asyncio.Lock()
        self._known = asyncio.Event()
        self._now = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def is_on(self) -> bool:
        """Whether there is a team at all."""
        return self._team() is not None

    # --- being there ----------------------------------------------------------------------------------------

    async def ready(self) -> bool:
        """Whether the team's count may be asked now. Only the first time anybody waits for Redis here."""
        if not self.is_on:
            self._follow()
            return False
        await self._prepare()
        self._follow()
        self.start()
        if self.state is TeamState.CONNECTING:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._known.wait()
            except TimeoutError:  # it is still being tried, and nobody waits for that any longer
                return False
        return self.state is TeamState.TOGETHER

    def start(self) -> None:
        """Give signs of life from now on, for as long as there is a team."""
        if self.is_on and not self._ended and (self._task is None or self._task.done()):
            self._task = self._spawn(self._beats())

    async def look(self) -> TeamState:
        """Try now, because somebody wants to know."""
        await self._prepare()
        if self._follow():
            self.start()
            async with self._lock:
                await self._beat()
        return self.state

    async def found(self, team_id: str) -> None:
        """This member has just made the team, so nobody else can have sent anything yet; raises StorageError."""
        await self._book.change(lambda old: Note(old.member_id, team_id, knows=True))

    def lost(self, error: OutOfReach) -> None:
        """Redis gave no answer to somebody."""
        if isinstance(error, EpochChanged):
            if self.state is TeamState.TOGETHER:
                self._begin()
        elif self.state is TeamState.TOGETHER:
            self.state, self.trouble = TeamState.APART, str(error)

    async def held(self) -> Held | None:
        """What may be used of the limits without asking anybody; raises StorageError."""
        note = await self._book.read()
        if note.team_id != self._team():
            return None
        return note.held(self._clock.monotonic(), self._clock.now())

    async def rest(self, *, gone: bool = False) -> None:
        """Give the share back: nothing will be sent, or the team is left (`gone`)."""
        if self.state is not TeamState.TOGETHER:
            return
        number = (await self._book.change(lambda note: replace(note, share=0))).number
        with suppress(OutOfReach):  # then Redis keeps the share free for a while, which harms nobody
            await self._quota.rest(number, gone=gone)
        self.state, self._joined = TeamState.OFF, None

    async def aclose(self) -> None:
        """End the signs of life; the share goes back unless another process of this member still beats."""
        self._ended = True  # also for a sign of life under way that misses being cancelled
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])
        if self.state is TeamState.TOGETHER and not await self._has_siblings():
            await self.rest()

    async def _has_siblings(self) -> bool:
        """Whether another process of this member gives signs of life."""
        note = await self._book.read()
        return bool(note.others(self._voice, self._clock.monotonic() - self.lengths.silent_s))

    # --- signs of life --------------------------------------------------------------------------------------

    def _follow(self) -> bool:
        """A team that was joined or left meanwhile."""
        team = self._team()
        if team != self._joined:
            self._joined, self._reported, self._fit_until = team, "", 0.0
            self.word, self.trouble = None, ""
            if team is None:
                self.state = TeamState.OFF
            else:
                self._begin()
        return team is not None

    def _begin(self) -> None:
        """Nothing is known from now on, until the next sign of life, which is given at once."""
        self.state = TeamState.CONNECTING
        self._known.clear()
        self._now.set()

    async def _beats(self) -> None:
        while self.is_on and not self._ended:
            self._now.clear()
            if self._follow():
                async with self._lock:
                    await self._beat()
                self._known.set()
            async with asyncio.TaskGroup() as group:
                nap = group.create_task(self._nap())
                await self._now.wait()
                nap.cancel()

    async def _nap(self) -> None:
        await self._clock.sleep(self.lengths.silent_s / BEATS_IN_SILENCE)
        self._now.set()

    async def _beat(self) -> None:
        """One sign of life; afterwards `state` says how things stand."""
        was = self.state
        try:
            if was is TeamState.TOGETHER and await self._another_speaks():
                return
            if was is not TeamState.TOGETHER:
                self._fit_until = 0.0  # also to know that somebody is there before the share is shut
            await self._check_fitness()
            if self.state is not TeamState.REFUSED:
                await self._join(returning=was is not TeamState.TOGETHER)
                self.state, self.trouble = TeamState.TOGETHER, ""
        except OutOfReach as error:
            if isinstance(error, Unsure):
                await self._note_unsure()
            self.state, self.trouble = TeamState.APART, str(error)
        except StorageError as error:
            self.state, self.trouble = TeamState.APART, f"the team’s note cannot be kept: {error.detail}"
        if self.state is not was:
            logging.getLogger(__name__).info("team: %s %s", self.state.value, self.trouble)

    async def _another_speaks(self) -> bool:
        """Whether another process of this member has just spoken for all of them."""
        now, every_s = self._clock.monotonic(), self.lengths.silent_s / BEATS_IN_SILENCE
        mine = self.word.number if self.word else -1

        def heard(old: Note) -> Note:
            if old.number == mine or not 0 <= now - old.word_at < every_s:
                return old
            return replace(old, voices=self._voices(old, now))

        note = await self._book.change(heard)
        return note.number != mine and 0 <= now - note.word_at < every_s

    def _voices(self, note: Note, now: float) -> str:
        others = note.others(self._voice, now - self.lengths.silent_s)
        return f"{others} {self._voice}:{now:.3f}".strip()

    async def _check_fitness(self) -> None:
        now = self._clock.monotonic()
        if now < self._fit_until:
            return
        unfit = await self._quota.unfit()
        self._fit_until = now + _UNFIT_AGAIN_S
        if unfit:
            self.state, self.trouble, self._fit_until = TeamState.REFUSED, unfit, now
        elif self.state is TeamState.REFUSED:
            self.state = TeamState.CONNECTING

    async def _join(self, *, returning: bool) -> None:
        if returning:
            await self._tell_all()
        for _ in range(_ROUNDS):
            word = await self._say()
            if word.epoch == self._reported:
                return
            await self._quota.report(await self._own_uses())
            self._reported = word.epoch
        raise OutOfReach("Redis is restarted again and again")

    async def _tell_all(self) -> None:
        """Tell what was sent while nobody heard of it, before a sign of life ends the keeping of the share.

        Before it is read what that is, the share is shut for all processes of this member: what one of them
        still sends by it was counted before, so it is among what is told.
        """
        note = await self._book.read()
        self._quota.introduce(note.member_id, self._reported)
        now = self._clock.monotonic()
        await self._book.change(lambda old: replace(old, word_at=max(old.word_at, now)))
        await self._quota.report(await self._own_uses())
        if self.on_return is not None:
            await self.on_return()

    async def _say(self) -> Word:
        note = await self._book.read()
        if note.team_id != self._joined:
            note = await self._book.change(lambda old: _fresh(old, self._joined or ""))
        self.member_id = note.member_id
        self._quota.introduce(note.member_id, self._reported)
        word = await self._quota.beat(
            self._name(), reported=self._reported, number=note.number, knows=note.knows, roster=self._aged(note)
        )
        now, wall = self._clock.monotonic(), self._clock.now()
        is_known = bool(self._reported) and word.epoch == self._reported

        def heard(old: Note) -> Note:
            old = replace(old, voices=self._voices(old, now))
            if word.number <= old.number:  # another process has had a later word
                return old
            return replace(
                old,
                number=word.number,
                share=word.share,
                granted_at=now - word.granted_s,
                word_at=now,
                word_wall=wall,
                knows=old.knows or (is_known and word.grace_s == 0.0),
                roster=word.roster if is_known else old.roster,
            )

        await self._book.change(heard)
        self.word = word
        return word

    def _aged(self, note: Note) -> str:
        return aged(note.roster, max(0.0, self._clock.monotonic() - note.word_at))

    async def _note_unsure(self) -> None:
        later = self._clock.monotonic() + _UNSURE_S
        await self._book.change(lambda note: replace(note, word_at=max(note.word_at, later)))


def _fresh(old: Note, team_id: str) -> Note:
    """The note of a team that this member has not heard of yet."""
    return Note(old.member_id, team_id)
