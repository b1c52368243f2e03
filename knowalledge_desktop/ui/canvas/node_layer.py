"""The topics of a picture: pills close up, dots with labels, dots, by the level of detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.badges import NONE
from knowalledge_desktop.ui.canvas.bulk import draw_points
from knowalledge_desktop.ui.canvas.label_rooms import LabelRooms
from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import IDLE, Look, PillPainter, round_pen
from knowalledge_desktop.ui.canvas.regions import SMALLEST_ROOT
from knowalledge_desktop.ui.canvas.scene import FIRST_LINES, LABELS, PILLS, ROOMY, SMALL_MAP, Frame, Shown
from knowalledge_desktop.ui.canvas.sprites import BADGE_SCALE, Sprites, Thumbnail, no_thumbnail
from knowalledge_desktop.ui.canvas.views import NAME_PAD, names_with_room
from knowalledge_desktop.ui.theme import Theme

LONGEST_SUMMARY = 60
LABEL_ROW = 13.0
"""Pixels a label needs for itself; from afar, labels that have less are left out."""
REACH_PX = 320.0
"""How far a label can reach beyond its topic's box."""
EDGE_PX = 32.0
"""How far a pill or the height of a label can reach beyond it."""
THUMBNAIL_GAP, THUMBNAIL_MOST = 6.0, 96.0
"""Pixels between a topic and its small picture, and the most that is wide."""
STRONG_PX = 12
"""Letters of the names of branches that are no pills."""
LABEL_PAD, LEAST_LABEL, LONGEST_LABEL = 14.0, 40.0, 400.0
"""Pixels between a title and those of its subtopics, and the least and the most a title takes."""
MOST_CUT = 20_000
LABEL_GAP, LABEL_LEAST = 7.0, 11.2
"""A title has room from afar while its topic and this gap make so many pixels."""
_DEPTHS = (1, 2, 3, 4, 5)


class NodeLayer:
    """Draws topics; the painter is in widget coordinates."""

    def __init__(
        self, theme: Theme, metrics: NodeMetrics, pills: PillPainter, thumbnail: Thumbnail = no_thumbnail
    ) -> None:
        self._theme = theme
        self._metrics = metrics
        self._sprites = Sprites(pills)
        self._thumbnail = thumbnail
        self._font = QFont(theme.font("caption"))
        self._measure = QFontMetricsF(self._font)
        self._strong = QFont(theme.font("node1"))
        self._strong.setPixelSize(round(STRONG_PX * theme.scale))
        self._branches: tuple[Rows, list[int]] | None = None
        self._rooms = LabelRooms()
        self._cut: dict[tuple[str, int, bool], str] = {}
        self._looks: dict[int, Look] = {}
        self._looks_of: tuple[Rows, Mapping[str, str]] | None = None

    def look(self, rows: Rows, row: int, shown: Shown) -> Look:
        """How a topic's pill looks now."""
        of = self._looks_of
        if of is None or of[0] is not rows or of[1] is not shown.states:
            self._looks.clear()
            self._looks_of = (rows, shown.states)
        found = self._looks.get(row)
        if found is None:
            found = self._looks[row] = self._look(rows, row, shown)
        return replace(found, hover=True) if row == shown.hover else found

    def _look(self, rows: Rows, row: int, shown: Shown) -> Look:
        depth = int(rows.depth[row])
        return Look(
            self._metrics.label(rows.titles[row], depth),
            min(depth, _DEPTHS[-1]),
            int(rows.side[row]),
            float(rows.w[row]),
            float(rows.h[row]),
            bool(rows.explained[row]),
            shown.states.get(rows.ids[row], IDLE),
            int(rows.hidden[row]),
            badges=rows.badges.get(row, NONE),
            text=self._theme.scale,
        )

    def paint(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """All topics that are seen."""
        seen = _seen(rows, frame, REACH_PX if frame.scale < PILLS else EDGE_PX)
        if frame.scale >= PILLS:
            pills, dots = seen, seen[:0]
        else:
            near = rows.depth[seen] <= frame.deepest_pill
            pills, dots = seen[near], seen[~near]
        if len(dots):
            if frame.scale >= ROOMY:
                self._rooms.look(rows, seen)
            self._dots(painter, rows, dots, frame)
        for row in pills.tolist():
            grown = frame.motion.grown(row) if frame.motion else 1.0
            opacity = min(1.0, max(0.0, (grown - 0.6) / 0.4))
            if opacity > 0.0:
                self.pill(painter, rows, row, frame, opacity)

    def paint_few(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Only those that stand out from afar: the root, and the name of the selected topic."""
        if not len(rows):
            return
        self.pill(painter, rows, 0, frame, 1.0)
        row = frame.shown.selected
        if 0 < row < len(rows):
            at = frame.at(float(rows.x[row]) - int(rows.side[row]) * float(rows.w[row]) / 2, float(rows.y[row]))
            self._label(painter, rows, row, at, frame)

    def captions(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """What keeps its size close up: small pictures, and the first line of what a topic is about."""
        if frame.scale >= FIRST_LINES:
            seen = _seen(rows, frame, REACH_PX)
            self._first_lines(painter, rows, seen, frame)
            for row in seen.tolist() if rows.pictures else ():
                if row in rows.pictures:
                    self._picture(painter, rows, row, frame)

    def pill(self, painter: QPainter, rows: Rows, row: int, frame: Frame, opacity: float) -> None:
        """One pill from its picture."""
        look = self.look(rows, row, frame.shown)
        scale = max(frame.scale, SMALLEST_ROOT) if look.depth == 0 else frame.scale
        picture, sharp = self._sprites.pill(look, scale * frame.dpr, exact=not frame.shown.zooming)
        extent = self._sprites.extent(look)
        at = frame.at(float(rows.x[row]), float(rows.y[row]))
        left, top = at.x() + extent.left() * scale, at.y() + extent.top() * scale
        if opacity < 1.0:
            painter.setOpacity(opacity)
        if sharp:
            picture.setDevicePixelRatio(frame.dpr)
            painter.drawPixmap(QPointF(frame.snapped(left), frame.snapped(top)), picture)
        else:
            picture.setDevicePixelRatio(1.0)
            target = QRectF(left, top, extent.width() * scale, extent.height() * scale)
            painter.drawPixmap(target, picture, QRectF(picture.rect()))
        if opacity < 1.0:
            painter.setOpacity(1.0)

    def _dots(self, painter: QPainter, rows: Rows, dots: NDArray[np.int32], frame: Frame) -> None:
        scale, camera = frame.scale, frame.camera
        # The dot sits where the edge meets the pill, so the picture stays whole.
        x = frame.view.width() / 2 + (rows.x[dots] - rows.side[dots] * rows.w[dots] / 2 - camera.x) * scale
        y = frame.view.height() / 2 + (rows.y[dots] - camera.y) * scale
        size = 7.0 if scale >= LABELS else min(6.0, max(2.5, 14.0 * scale))
        quick = frame.is_moving and scale < LABELS
        shown = np.ones(len(dots), bool)
        if frame.motion:
            shown = np.array([frame.motion.grown(row) > 0.6 for row in dots.tolist()], bool)
        depths = np.where(shown, np.minimum(rows.depth[dots], _DEPTHS[-1]), 0)
        for depth in _DEPTHS:
            deep = np.flatnonzero(depths == depth)
            if not len(deep):
                continue
            ink = self._theme.depth(depth).line
            # Discs cost four times as much as squares; while moving from afar nobody sees which they are.
            painter.setPen(QPen(ink, round(size)) if quick else round_pen(ink, size))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not quick)
            draw_points(painter, x[deep], y[deep])
            if size >= 5.0 and not quick:
                hollow = deep[~rows.explained[dots[deep]]]
                painter.setPen(round_pen(self._theme.color("bg.canvas"), size - 3.2))
                draw_points(painter, x[hollow], y[hollow])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._labels(painter, rows, dots, (x, y, shown), frame)

    def _labels(
        self,
        painter: QPainter,
        rows: Rows,
        dots: NDArray[np.int32],
        where: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]],
        frame: Frame,
    ) -> None:
        """Beside the dots: all while there is room, from afar only the branches'."""
        x, y, shown = where
        if frame.scale >= LABELS:
            for i in np.flatnonzero(shown).tolist():
                self._label(painter, rows, int(dots[i]), QPointF(float(x[i]), float(y[i])), frame)
            return
        named = {*self._names(rows, LABEL_ROW / frame.scale), frame.shown.selected, frame.shown.hover}
        if len(rows) <= SMALL_MAP and rows.style != View.RADIAL:
            roomy = (rows.h[dots] + LABEL_GAP * self._theme.scale) * frame.scale >= LABEL_LEAST * self._theme.scale
            named.update(dots[roomy].tolist())
        wanted = np.array(sorted(named), np.int64)
        places = np.minimum(np.searchsorted(dots, wanted), len(dots) - 1)  # the dots are in the order of the rows
        for row, i in zip(wanted.tolist(), places.tolist(), strict=True):
            if dots[i] == row and shown[i]:
                self._label(painter, rows, row, QPointF(float(x[i]), float(y[i])), frame)

    def _names(self, rows: Rows, pitch: float) -> list[int]:
        if self._branches is None or self._branches[0] is not rows:
            branches = np.flatnonzero(rows.depth == 1)
            self._branches = (rows, branches[np.argsort(rows.y[branches], kind="stable")].tolist())
        if rows.style:
            return names_with_room(rows, self._branches[1], pitch, self._wide)
        return _branch_names(rows, self._branches[1], pitch)

    def _wide(self, title: str) -> float:
        """Pixels that a label and its dot take."""
        return self._measure.horizontalAdvance(title) + NAME_PAD

    def _label(self, painter: QPainter, rows: Rows, row: int, at: QPointF, frame: Frame) -> None:
        title = self._metrics.label(rows.titles[row], int(rows.depth[row]))
        font = self._strong if rows.depth[row] == 1 else self._font
        if frame.scale >= LABELS or (len(rows) <= SMALL_MAP and frame.scale >= ROOMY):
            marks = rows.badges.get(row, NONE).width * BADGE_SCALE * self._theme.scale
            title = self._fitted(title, self._rooms.room(row) * frame.scale - LABEL_PAD - marks, font)
        ink, plate = self._theme.color("text.primary"), self._theme.color("bg.canvas")
        picture = self._sprites.label(title, font, ink, frame.dpr, plate)
        width, height = picture.width() / frame.dpr, picture.height() / frame.dpr
        left = at.x() + 6.0 if rows.side[row] > 0 else at.x() - 6.0 - width
        painter.drawPixmap(QPointF(frame.snapped(left), frame.snapped(at.y() - height / 2)), picture)
        badges = rows.badges.get(row)
        if badges is not None:
            picture = self._sprites.badges(badges, frame.dpr, plate, BADGE_SCALE * self._theme.scale)
            far = left + width if rows.side[row] > 0 else left - picture.width() / frame.dpr
            painter.drawPixmap(
                QPointF(frame.snapped(far), frame.snapped(at.y() - picture.height() / frame.dpr / 2)), picture
            )

    def _fitted(self, title: str, room: float, font: QFont) -> str:
        """The title, cut where another topic begins."""
        if room > LONGEST_LABEL:
            return title
        key = (title, int(room) // 4, font is self._strong)
        found = self._cut.get(key)
        if found is None:
            if len(self._cut) > MOST_CUT:
                self._cut.clear()
            measure = QFontMetricsF(font)
            found = measure.elidedText(title, Qt.TextElideMode.ElideRight, max(LEAST_LABEL, key[1] * 4.0))
            self._cut[key] = found
        return found

    def _first_lines(self, painter: QPainter, rows: Rows, seen: NDArray[np.int32], frame: Frame) -> None:
        """Close up, what a topic is about, beside those that have room on their far side."""
        ink, camera = self._theme.color("text.tertiary"), frame.camera
        some = seen[rows.leaf[seen] & (seen != 0)]
        # Far ends of the pills in pixels, for all at once: this is drawn in every frame of a zoom.
        near = (
            (rows.x[some] + rows.side[some] * rows.w[some] / 2) - camera.x
        ) * frame.scale + frame.view.width() / 2
        middle = (rows.y[some] - camera.y) * frame.scale + frame.view.height() / 2
        for row, side, end, y in zip(
            some.tolist(), rows.side[some].tolist(), near.tolist(), middle.tolist(), strict=True
        ):
            summary = rows.summaries[row]
            if not summary or (end > frame.view.width() if side > 0 else end < 0.0):
                continue
            short = len(summary) <= LONGEST_SUMMARY
            text = summary if short else summary[: LONGEST_SUMMARY - 1].rstrip() + "…"
            picture = self._sprites.label(text, self._font, ink, frame.dpr)
            width, height = picture.width() / frame.dpr, picture.height() / frame.dpr
            aside = 8.0 + self.look(rows, row, frame.shown).extra * frame.scale
            aside += self._side(rows, row, frame) + THUMBNAIL_GAP if row in rows.pictures else 0.0
            left = end + aside if side > 0 else end - aside - width
            if left < frame.view.width() and left + width > 0.0:
                painter.drawPixmap(QPointF(frame.snapped(left), frame.snapped(y - height / 2)), picture)

    def _picture(self, painter: QPainter, rows: Rows, row: int, frame: Frame) -> None:
        """A topic's picture at its far end, the root's above it; nothing moves when it comes."""
        source = self._thumbnail(rows.pictures[row])
        if source is None:
            return
        side = self._side(rows, row, frame)
        border = self._theme.color("border.strong")
        picture = self._sprites.thumbnail(rows.pictures[row], source, side, border, frame.dpr)
        at = frame.at(float(rows.x[row]), float(rows.y[row]))
        if row == 0:
            left, top = at.x() - side / 2, at.y() - float(rows.h[0]) / 2 * frame.scale - THUMBNAIL_GAP - side
        else:
            far = (float(rows.w[row]) / 2 + self.look(rows, row, frame.shown).extra) * frame.scale + THUMBNAIL_GAP
            left, top = at.x() + far if rows.side[row] > 0 else at.x() - far - side, at.y() - side / 2
        painter.drawPixmap(QPointF(frame.snapped(left), frame.snapped(top)), picture)

    def _side(self, rows: Rows, row: int, frame: Frame) -> float:
        """As high as its pill, so that it touches no other topic's."""
        return min(THUMBNAIL_MOST, float(round(float(rows.h[row]) * frame.scale)))


def _seen(rows: Rows, frame: Frame, aside: float) -> NDArray[np.int32]:
    """Topics that may leave ink in the frame, which reaches so many pixels aside."""
    left, top, right, bottom = frame.seen()
    aside, above = aside / frame.scale, EDGE_PX / frame.scale
    return rows.inside(left - aside, top - above, right + aside, bottom + above)


def _branch_names(rows: Rows, branches: list[int], pitch: float) -> list[int]:
    """The branches whose names have room at this pitch, from the top of each side down.

    Asked of the whole map, not of what is seen, so that panning changes no label.
    """
    lowest = {1: -np.inf, -1: -np.inf}
    named: list[int] = []
    for row in branches:
        side, y = int(rows.side[row]), float(rows.y[row])
        if y - lowest[side] >= pitch:
            lowest[side] = y
            named.append(row)
    return named
