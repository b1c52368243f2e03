"""Which articles branch off an article, best first, and how they belong to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from atlas_evidence import Evidence, Facts
from atlas_pairs import Bools
from atlas_vectors import Floats, Ints
from numpy.typing import NDArray

KEPT = 30
"""Branches kept for one article; more than are shown, because some are asked to be left out."""
ENOUGH = 8
"""Branches to reach with the merely related where there are close ones."""
FULL = 15
"""Branches to reach with related ones that several things speak for."""
GOOD = (0.22, 0.26, 0.30)
"""Score from which a branch is worth showing: of the first 8, of the first 15, and of more."""

_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch; `inside` tells a subtopic from a merely related article."""

    target: int
    inside: bool
    score: float


class Ranker:
    """Ranks branches from links both ways, words, latent likeness, area and how general an article is."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def branches(self, low: int, high: int) -> list[list[Branch]]:
        """The good branches of the articles from `low` to before `high`, best first, varied."""
        found: list[list[Branch]] = []
        for start in range(low, high, _BLOCK):
            found += self._block(start, min(start + _BLOCK, high))
        return found

    def _block(self, low: int, high: int) -> list[list[Branch]]:
        told = self._facts.evidence(low, high)
        inside = self._inside(told)
        score = self._score(told) + np.where(inside, np.float32(0.06), np.float32(0.0))
        order = np.lexsort((-score, told.row))
        order = order[score[order] >= GOOD[0]]
        order = order[_places(told.row[order]) < 2 * KEPT]
        rows = self._varied(told, order, inside, score, low, high)
        self._add_related(told, rows, low)
        return rows

    def _score(self, told: Evidence) -> Floats:
        facts = self._facts
        like = 0.55 * np.maximum(told.latent, 0.0) + 0.9 * np.minimum(told.words, 0.5)
        near = np.clip((0.45 * told.latent + 1.1 * told.rest) / 0.22, 0.0, 1.0)
        near = np.maximum(near, np.minimum(1.0, 2.0 * told.hint))
        linked = np.maximum(told.names, told.named_by)
        stranger = ((near < 0.4) & (linked < 0.7)) | (
            (near < 0.65) & (linked < 0.2) & ((told.about >= 0.5) | (told.contains > 0))
        )
        stranger |= (told.contains > 0) & (told.names < 0.2) & (told.hint < 0.2) & (near < 0.7)
        stranger |= (linked < 0.3) & (told.hint < 0.2) & told.namesake
        near = np.maximum(near, np.where((told.about >= 0.6) & ~stranger, facts.telling[told.row], 0.0))
        akin = np.clip((told.latent - 0.4) / 0.3, 0.0, 1.0) * np.clip(told.rest / 0.15, 0.0, 1.0)
        back = np.maximum(told.named_by, 0.85 * told.about * near)
        back = back * np.where((told.same > 0) | (told.latent > 0.4) | (told.hint > 0.2), 1.0, 0.75)
        # A place whose history touches the article is not about it.
        back = back * np.where(self._place(told) & (back < 0.8) & (told.hint < 0.2), 0.6, 1.0)
        general = facts.size[told.who] - facts.size[told.row]
        hub = np.clip(general / 4.0, 0.0, 1.0) * np.clip((facts.size[told.who] - 2.0) / 2.5, 0.0, 1.0)
        weight = np.clip(facts.size[told.who] / 4.0, 0.0, 1.0)
        tied = np.clip(back + told.names + told.contains * near, 0.0, 1.0)
        place = self._place(told)
        score = (
            0.50 * like
            + 0.36 * back
            + 0.28 * told.names * (1.0 - 0.8 * hub) * np.where(place, 0.5, 1.0)
            + 0.14 * told.contains * near
            + 0.05 * told.same
            + 0.12 * told.beside
            + 0.30 * np.minimum(told.together, 0.4)
            + 0.10 * np.minimum(back, 1.0) * (told.names > 0)
            + 0.10 * weight * (1.0 - hub) * tied
            + 0.06 * told.kind
            - 0.12 * told.above
            - 0.16 * hub
        )
        score = score + 0.34 * told.hint
        loose = (told.hint < 0.2) & (tied < 0.25) & (told.together < 0.1)
        score = score - np.where(loose, 0.16 - 0.18 * akin, 0.0)
        score = score * (0.55 + 0.45 * np.clip(near + 0.5 * told.together, 0.0, 1.0))
        score = score - np.where(stranger, 0.25, 0.0)
        score = score - np.where(facts.person[told.who] & ~facts.person[told.row], 0.04, 0.0)
        return score.astype(np.float32)

    def _inside(self, told: Evidence) -> Bools:
        """Whether each candidate is a part, kind, case or use of the article rather than beside or above it."""
        facts = self._facts
        general = facts.size[told.who] - facts.size[told.row]
        back = np.maximum(told.named_by, 0.8 * told.about)
        close = (told.same > 0) | (told.latent > 0.4)
        place = self._place(told)
        narrower = (back >= np.where(place, 0.8, 0.45)) & (general < 0.9) & close
        part = ~place & (told.names >= 0.25) & (general < 0.2) & (told.latent > 0.3) & close
        inside = (told.contains > 0) | narrower | part
        stranger = facts.person[told.who] & ~facts.person[told.row]
        above = told.above | (told.names >= 0.6) & (general > 0.5)
        named = ((told.contains > 0) | told.kind) & close
        return ~stranger & (named | inside & ~above & ~told.sibling)

    def _place(self, told: Evidence) -> Bools:
        """Whether the candidate is a place and the article is not."""
        facts = self._facts
        return (facts.area[told.who] == facts.geography) & (facts.area[told.row] != facts.geography)

    def _add_related(self, told: Evidence, rows: list[list[Branch]], low: int) -> None:
        """Close articles that are beside the article, to reach `FULL`; never just any."""
        facts = self._facts
        linked = np.maximum(told.names, told.named_by)
        safe = ~told.namesake | (linked >= 0.3) | (told.hint >= 0.2)
        kin = (told.latent >= 0.5) & (told.rest >= 0.06) & (told.same > 0) & (told.latent + told.rest >= 0.66)
        kin |= (told.hint >= 0.3) | ((linked >= 0.4) & (told.latent >= 0.3) & (told.rest >= 0.04))
        hops = facts.shared([[b.target for b in row] for row in rows], told.row - low, told.who)
        person = facts.person[told.who]
        alone = (linked == 0) & (told.together == 0)
        towns = (facts.area[told.who] == facts.geography) & (told.same > 0) & alone
        apart = 0.05 * (told.same == 0) + 0.04 * person + 0.03 * (self._place(told) | towns)
        alike = (told.latent >= 0.4) & (told.rest + 0.2 * (told.latent - 0.4) >= 0.125 + apart)
        alike |= (told.latent >= 0.3) & (told.rest >= 0.17) & (told.same > 0)
        bound = (linked >= 0.3) & (told.latent >= 0.3) & (told.rest >= 0.06 + apart)
        hopped = (hops >= 2) & (told.latent >= 0.4) & (told.rest >= 0.06 + apart)
        seen = (told.together >= 0.12) & (told.latent >= 0.4) & (told.rest >= 0.05 + apart)
        safe &= ~person | facts.person[told.row] | (linked >= 0.5) | (told.together >= 0.1)
        near = safe & (alike | bound | hopped | seen) | (told.hint >= 0.3)
        value = 0.5 * told.latent + told.rest - apart + 0.3 * (told.together + told.hint + linked)
        value = value + 0.02 * np.minimum(hops, 5) + np.where(near, 1.0, 0.0)
        lacking = np.array([len(row) for row in rows])[told.row - low]
        fits = (near & (lacking < FULL)) | (kin & (lacking < ENOUGH))
        order = np.lexsort((-value, told.row))
        order = order[fits[order]]
        taken = [{b.target for b in row} for row in rows]
        told_now = (told.row[order] - low, told.who[order], near[order])
        for place, target, well in zip(*(column.tolist() for column in told_now), strict=True):
            if len(rows[place]) < (FULL if well else ENOUGH) and target not in taken[place]:
                rows[place].append(Branch(target, inside=False, score=0.0))

    def _varied(
        self, told: Evidence, order: NDArray[np.int64], inside: Bools, score: Floats, low: int, high: int
    ) -> list[list[Branch]]:
        """Best first, each a little less when it repeats what was already taken."""
        facts, rows = self._facts, told.row[order] - low
        counts = np.bincount(rows, minlength=high - low)
        width = int(counts.max(initial=0))
        where = (rows, _places(rows))
        worth = np.full((high - low, width), -np.inf, dtype=np.float32)
        worth[where] = score[order]
        who = np.zeros((high - low, width), dtype=np.int32)
        who[where] = told.who[order]
        vectors = facts.space.latent[who]
        alike = vectors @ vectors.transpose(0, 2, 1)
        person = facts.person[who].astype(np.float32)
        worst = np.zeros_like(worth)
        people = np.zeros((high - low, 1), dtype=np.float32)
        chosen: list[list[Branch]] = [[] for _ in range(high - low)]
        within = np.zeros_like(worth, dtype=bool)
        within[where] = inside[order]
        active = np.flatnonzero(counts)
        for step in range(min(KEPT, width)):
            now = (
                worth[active]
                - 0.12 * np.maximum(0.0, worst[active] - 0.5)
                - 0.02 * people[active] * person[active]
            )
            best = np.argmax(now, axis=1)
            value = now[np.arange(len(active)), best]
            good = value >= _needed(step)
            active, best, value = active[good], best[good], value[good]
            if len(active) == 0:
                break
            worth[active, best] = -np.inf
            people[active, 0] += person[active, best]
            worst[active] = np.maximum(worst[active], alike[active, best])
            told_now = (active, who[active, best], within[active, best], value)
            for row, target, part, much in zip(*(column.tolist() for column in told_now), strict=True):
                chosen[row].append(Branch(target, part, round(much, 3)))
        return chosen


def _places(rows: Ints) -> NDArray[np.int64]:
    """Place of each entry within its row; rows stand together, in order."""
    if len(rows) == 0:
        return np.zeros(0, dtype=np.int64)
    begins = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    lengths = np.diff(np.concatenate((begins, [len(rows)])))
    return np.arange(len(rows)) - np.repeat(begins, lengths)


def _needed(taken: int) -> float:
    return GOOD[0] if taken < ENOUGH else GOOD[1] if taken < 15 else GOOD[2]
