"""What a person can do with topics by hand, by name and with its key: one table for the menu and the palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowalledge_desktop.core.edits_twins import twins
from knowalledge_desktop.core.graph import Map

if TYPE_CHECKING:
    from knowalledge_desktop.ui.edit_controller import EditController
    from knowalledge_desktop.ui.main_window import MainWindow

MARK, LINKS, BRANCH = "mark", "links", "branch"
LEVELS = 4
"""So many levels are offered to fold to by name; further ones by their digit."""


@dataclass(frozen=True, slots=True)
class EditAct:
    """One act. `name` is stable and in no language; `part` is where in a menu it stands."""

    name: str
    title: str
    act: Callable[[], object]
    keys: str
    icon: str
    part: str


def topic_acts(edits: EditController, window: MainWindow, document: Map, topic_id: str) -> list[EditAct]:
    """Acts on a topic; those on several are about all picked ones when it is one of them."""
    topic, tr = document.topics[topic_id], edits.tr
    chosen = edits.about(topic_id)
    is_root = document.root_id in chosen
    locked = all(document.topics[each].locked for each in chosen if each in document.topics)
    pinned = edits.are_pinned(chosen)

    found = [
        EditAct("note", tr("Note…"), lambda: edits.write_note(topic_id), "Shift+N", "sticky-note", MARK),
        EditAct("tag", tr("Tag…"), lambda: edits.choose_tag(topic_id), "T", "tag", MARK),
        EditAct(
            "unlock" if locked else "lock",
            tr("Unlock") if locked else tr("Lock against engines"),
            lambda: edits.lock_topics(chosen, locked=not locked),
            "K",
            "lock-open" if locked else "lock",
            MARK,
        ),
        EditAct(
            "unpin" if pinned else "pin",
            tr("Unpin: tidying up may move it") if pinned else tr("Pin: tidying up leaves it here"),
            lambda: edits.pin_topics(chosen, pinned=not pinned),
            "P",
            "pin-off" if pinned else "pin",
            MARK,
        ),
        EditAct("link", tr("Link to…"), edits.links.begin, "L", "link", LINKS),
        EditAct("links", tr("Links of this topic…"), lambda: edits.links.show(topic_id), "Shift+L", "link", LINKS),
    ]
    if not is_root:
        found += [
            EditAct("move-below", tr("Move below…"), edits.begin_move, "M", "git-branch", BRANCH),
            EditAct("up", tr("Earlier in the order"), lambda: edits.shift(topic_id, -1), "Alt+Up", "", BRANCH),
            EditAct("down", tr("Later in the order"), lambda: edits.shift(topic_id, 1), "Alt+Down", "", BRANCH),
        ]
    if twins(document, topic_id):
        title = tr("Merge with the others called {title}").format(title=topic.title)
        found.append(EditAct("unite", title, lambda: edits.unite(topic_id), "J", "git-merge", BRANCH))
    found.append(EditAct("copy", tr("Copy as lines"), edits.copy, "Ctrl+C", "copy", BRANCH))
    if not is_root:
        found.append(EditAct("cut", tr("Cut"), edits.cut, "Ctrl+X", "", BRANCH))
    found.append(EditAct("paste", tr("Paste lines below it"), edits.paste_below, "Ctrl+V", "list-plus", BRANCH))
    picks = window.canvas.hands.picks
    title = tr("Pick no more") if topic_id in picks else tr("Pick")
    found.append(EditAct("pick", title, lambda: picks.toggle(topic_id), "Space", "check", BRANCH))
    return found


def fold_acts(edits: EditController, document: Map) -> list[EditAct]:
    """Seeing the map down to a level, as far as it goes."""
    deepest, level = 0, [document.root_id]
    while deepest <= LEVELS and (level := [child for each in level for child in document.children(each)]):
        deepest += 1
    found = [
        EditAct(
            f"fold-{n}",
            edits.tr("Fold to level {n}").format(n=n),
            lambda n=n: edits.fold_to(n),
            str(n),
            "fold-vertical",
            BRANCH,
        )
        for n in range(1, min(deepest, LEVELS + 1))
    ]
    if deepest > 1:
        unfold = EditAct(
            "unfold-all",
            edits.tr("Unfold everything"),
            lambda: edits.fold_to(None),
            "0",
            "unfold-vertical",
            BRANCH,
        )
        found.append(unfold)
    return found
