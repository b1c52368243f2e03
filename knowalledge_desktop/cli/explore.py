"""`knowalledge explore`: the subtopics of a topic, and theirs, down to a depth."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field

from knowalledge_desktop.cli.console import wrapped
from knowalledge_desktop.cli.context import Context, Trouble, engine_name
from knowalledge_desktop.cli.shapes import Json, answer_json, error_json, sources_json
from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.errors import (
    AppError,
    ContentBlocked,
    Incomplete,
    InvalidReply,
    MapNotFound,
    UserInputError,
)
from knowalledge_desktop.core.graph import LinkKind
from knowalledge_desktop.core.payload import Subtopic, SubtopicList
from knowalledge_desktop.core.request import Answer, EngineChoice, Options
from knowalledge_desktop.core.validation import check_topic, fold
from knowalledge_desktop.services.session import MapSession

# What is wrong with one topic only: the others are still asked for.
_OF_ONE_TOPIC = (UserInputError, ContentBlocked, InvalidReply, Incomplete)


@dataclass(slots=True)
class Branch:
    """A topic with what was found below it; `error` says why something is missing.

    One that is `elsewhere` in the map already is only linked from here, and not asked about again.
    """

    item: Subtopic
    topic_id: str
    answer: Answer | None = None
    below: list[Branch] = field(default_factory=list["Branch"])
    error: AppError | None = None
    elsewhere: bool = False


class Explorer:
    """Asks for one topic after the other; what was answered is in the library at once."""

    def __init__(self, context: Context, session: MapSession, options: Options, choice: EngineChoice) -> None:
        self._context = context
        self._session = session
        self._options = options
        self._choice = choice
        self.trouble = Trouble()

    async def grow(self, branch: Branch) -> None:
        """Ask for the subtopics of one branch; an error is noted on it, beside what came before."""
        context = self._context
        steps = context.services.explore.expand(
            self._session,
            branch.topic_id,
            self._options,
            engine=self._choice,
            fresh=context.args.fresh,
            further=False,
        )
        try:
            async with aclosing(steps) as grown:
                async for step in grown:
                    branch.answer = branch.answer or step.answer
                    branch.below += self._branches(branch, step.answer)
        except AppError as error:
            branch.error = error
            self.trouble.note(error)

    async def deepen(self, root: Branch, depth: int) -> None:
        """Ask level by level down to `depth`; ends early at an error that all would meet."""
        level = [below for below in root.below if not below.elsewhere]
        for _ in range(1, depth):
            for n, branch in enumerate(level, 1):
                self._context.console.progress(f"{n}/{len(level)} {branch.item.title}")
                await self.grow(branch)
                if branch.error is None:
                    continue
                self._context.say_error(branch.error, branch.item.title)
                if not isinstance(branch.error, _OF_ONE_TOPIC):
                    for unasked in level[n:]:
                        unasked.error = branch.error
                    return
            level = [below for branch in level for below in branch.below if not below.elsewhere]

    def _branches(self, parent: Branch, answer: Answer) -> list[Branch]:
        """The answer's subtopics that are in the map now, in the answer's order."""
        content = answer.content
        if not isinstance(content, SubtopicList):
            raise TypeError("the engine stack answered subtopics with another kind of content")
        document = self._session.map
        linked = {
            link.target_id
            for link in links_of(document, parent.topic_id)
            if link.kind is LinkKind.SAME_AS and link.source_id == parent.topic_id
        }
        ids = {fold(document.topics[each].title): each for each in (*linked, *document.children(parent.topic_id))}
        seen = {branch.topic_id for branch in parent.below}
        found: list[Branch] = []
        for item in content.items:
            topic_id = ids.get(fold(item.title))
            if topic_id is not None and topic_id not in seen:
                seen.add(topic_id)
                found.append(Branch(item, topic_id, elsewhere=topic_id in linked))
        return found


async def explore(context: Context) -> int:
    """Run the command."""
    topic = check_topic(context.args.topic_)
    options, choice = context.options(), context.engine()
    session = await _session(context, topic)
    explorer = Explorer(context, session, options, choice)
    root = Branch(Subtopic(topic), session.map.root_id)
    context.console.progress(f"Asking about {topic} …")
    await explorer.grow(root)
    if root.error is not None:
        context.say_error(root.error)
    if root.answer is not None:
        context.say_who_answered(root.answer, choice)
        _say_when_fewer(context, root, options.count)
    if root.error is None or isinstance(root.error, _OF_ONE_TOPIC):
        await explorer.deepen(root, context.args.depth)
        if choice is EngineChoice.AUTO:
            _say_who_else_answered(context, root)
    if root.answer is not None:
        if context.as_json:
            context.console.json(_as_json(context, root, session, depth=context.args.depth))
        else:
            _show(context, root, session)
    return explorer.trouble.exit_code


async def _session(context: Context, topic: str) -> MapSession:
    """The kept map of the topic, or a new one."""
    try:
        return await context.services.library.find(topic)
    except MapNotFound:
        return context.services.explore.new_map(topic)


def _say_who_else_answered(context: Context, root: Branch) -> None:
    """Below the first level others may have answered: a connection can break while branches are asked for."""
    others: dict[object, list[Answer]] = {}
    waiting = list(root.below)
    while waiting:
        branch = waiting.pop()
        waiting += branch.below
        if branch.answer is not None:
            others.setdefault(_manner(branch.answer), []).append(branch.answer)
    for manner, answers in others.items():
        if root.answer is not None and manner != _manner(root.answer):
            context.console.say(f"For {len(answers)} of the branches: {context.who(answers[0])}")


def _manner(answer: Answer) -> object:
    substitute = answer.substitute
    return answer.provenance.engine, (substitute.kind, substitute.because) if substitute else None


def _say_when_fewer(context: Context, root: Branch, wanted: int) -> None:
    if root.answer is None or len(root.below) >= wanted:
        return
    found, title = len(root.below), root.item.title
    engine = root.answer.provenance.engine
    name = "The Atlas knows" if engine == "atlas" else f"{engine_name(engine)} gave"
    context.console.say(f"{name} {found} good subtopics of {title}; {wanted} were asked for.")


# --- JSON ---------------------------------------------------------------------------------------------------


def _as_json(context: Context, root: Branch, session: MapSession, *, depth: int) -> Json:
    answer = root.answer
    if answer is None:
        raise ValueError("nothing was answered")
    now = context.services.now()
    told: Json = {
        "topic": root.item.title,
        "engine": answer.provenance.engine,
        "subtopics": [_branch_json(each, depth - 1, now) for each in root.below],
        **answer_json(answer),
        "map_id": session.map.map_id,
    }
    if root.error is not None:
        told["error"] = error_json(root.error, now)
    return told


def _branch_json(branch: Branch, depth: int, now: float) -> Json:
    item = branch.item
    told: Json = {
        "title": item.title,
        "summary": item.summary,
        "relation": item.relation.value,
        "sources": sources_json(item.sources),
    }
    if depth > 0:
        told["subtopics"] = [_branch_json(each, depth - 1, now) for each in branch.below]
        if branch.answer is not None:
            told["engine"] = branch.answer.provenance.engine
            told.update(answer_json(branch.answer))
        if branch.error is not None:
            told["error"] = error_json(branch.error, now)
    return told


# --- for people ---------------------------------------------------------------------------------------------


def _show(context: Context, root: Branch, session: MapSession) -> None:
    console = context.console
    console.out(console.bold(root.item.title))
    width = console.width
    licences: set[str] = set()
    waiting = [(branch, n, 0) for n, branch in reversed(list(enumerate(root.below, 1)))]
    while waiting:
        branch, n, level = waiting.pop()
        _show_branch(context, branch, n, level, width)
        licences |= {source.licence for source in branch.item.sources if source.licence}
        waiting += [(below, m, level + 1) for m, below in reversed(list(enumerate(branch.below, 1)))]
    console.out()
    if licences:
        console.out(console.dim(f"Texts of the Atlas: Wikipedia, {', '.join(sorted(licences))}."))
    if not context.services.backups.held.acts:  # else the end tells what stands in the way
        console.out(console.dim(f"Kept in the library as {session.map.map_id}"))


def _show_branch(context: Context, branch: Branch, n: int, level: int, width: int) -> None:
    console, item = context.console, branch.item
    indent = "    " * level
    number = f"{indent}{n:>3}  "
    mark = "" if item.relation is Relation.SUBTOPIC else "  (related)"
    lines = list(wrapped(item.title + mark, width, " " * len(number)))
    for at, line in enumerate(lines):
        head = number if at == 0 else " " * len(number)
        console.out(head + console.bold(line[len(number) :]))
    for line in wrapped(item.summary, width, " " * len(number)):
        console.out(line)
    for source in item.sources:
        for line in wrapped(source.url, width, " " * len(number)):
            console.out(console.dim(line))
