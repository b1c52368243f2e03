"""Our files in programs of others: `python tests/e2e/third_party_formats.py [freeplane|networkx|mermaid|html]`.

With `--shots D` pictures go into the folder D. Needs Freeplane with Xvfb, Chromium and npm, as the systems'
package managers bring them; mermaid and networkx are installed into build/.third_party, or where
KNOWALLEDGE_THIRD_PARTY points. Freeplane opens a map, a topic is edited in it, and what it saves is merged back,
and so it is with networkx; mermaid draws what we write; the page is opened without a network and used by keys.
Exit code 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import replace
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from knowalledge_desktop.core.graph import Explanation, Map  # noqa: E402  # after the path
from knowalledge_desktop.core.merge import Side, merge  # noqa: E402
from knowalledge_desktop.formats.base import Caps, Extras  # noqa: E402
from knowalledge_desktop.formats.freeplane import Freeplane  # noqa: E402
from knowalledge_desktop.formats.graphml import GraphMl  # noqa: E402
from knowalledge_desktop.formats.html_document import HtmlDocument  # noqa: E402
from knowalledge_desktop.formats.html_map import HtmlMap  # noqa: E402
from knowalledge_desktop.formats.mermaid import MermaidFlowchart, MermaidMindmap  # noqa: E402
from tests.support.chromium import Chromium  # noqa: E402
from tests.support.shown_map import shown_map  # noqa: E402

CACHE = Path(os.environ.get("KNOWALLEDGE_THIRD_PARTY", REPOSITORY / "build" / ".third_party"))
MERMAID = "11"
NETWORKX = "3.4.2"
HOSTILE = (
    "<script>document.title='hit'</script>",
    '"]; click t0 "javascript:document.title=\'hit\'"',
    "=1+1",
    "<html><img src='https://example.org/x.png'><b>x",
    "\\latex x^2",
    "a -- b --> c ]]> -->",
    "end",
    "%%{init: {'theme':'dark'}}%%",
    "subgraph `code` #9829; &amp; <br/>",
    "\u202eright to left\u202c",
    "'quotes' \"double\" | pipe {brace} (round) [square]",
    "graph TD; A-->B",
    "emoji 🌿 and 光",
)
EDIT = """
def log = new File(System.getenv('FP_OUT') + '.log')
try {
  def map = c.mapLoader(new File(System.getenv('FP_IN'))).withView().mindMap
  def root = map.root
  root.children[0].text = 'Renamed in Freeplane'
  root.children[1].createChild('Made in Freeplane')
  root.children[1].icons.add('idea')
  root.children[2].note = 'A note written in Freeplane.'
  log.text = root.children.collect { it.displayedText }.join('\\n') + '\\n'
  map.saveAs(new File(System.getenv('FP_OUT')))
  log.text += 'saved'
} catch (Throwable trouble) {
  def words = new StringWriter(); trouble.printStackTrace(new PrintWriter(words)); log.text = words.toString()
}
Runtime.runtime.halt(0)
"""
GRAPH = """
import json, sys
import networkx
graph = networkx.read_graphml(sys.argv[1])
titles = {node: data.get("label") or data.get("title", "") for node, data in graph.nodes(data=True)}
edges = [[a, b] for a, b in graph.edges()]
open(sys.argv[3], "w", encoding="utf-8").write(json.dumps({"titles": titles, "edges": edges}))
for name in ("label", "title"):
    if name in graph.nodes[sys.argv[4]]:
        graph.nodes[sys.argv[4]][name] = "Renamed by networkx"
networkx.write_graphml(graph, sys.argv[2])
"""
LEAVE = """execute_scripts_without_asking=true
execute_scripts_without_file_restriction=true
execute_scripts_without_write_restriction=true
execute_scripts_without_exec_restriction=true
execute_scripts_without_network_restriction=true
check_updates_automatically=false
"""


def hostile_map() -> Map:
    """A map whose titles try to be more than that."""
    document = shown_map()
    children = document.children(document.root_id)
    topics = dict(document.topics)
    for key, title in zip([*children[3:], *(k for k in topics if k not in children)][1:], HOSTILE, strict=False):
        topics[key] = replace(topics[key], title=title)
    return replace(document, topics=topics)


class Checks:
    """Counts what is wrong."""

    def __init__(self) -> None:
        self.wrong = 0

    def that(self, good: object, what: str) -> None:
        """One line for one thing."""
        self.wrong += not good
        print(f"{'ok   ' if good else 'WRONG'} {what}", flush=True)


def through_freeplane(data: bytes) -> tuple[bytes, str]:
    """What Freeplane saves after a person's edits, and which titles it has shown."""
    if shutil.which("freeplane") is None or shutil.which("xvfb-run") is None:
        raise SystemExit("This check needs Freeplane and Xvfb. Debian: apt-get install freeplane xvfb")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        (home / "in.mm").write_bytes(data)
        settings = home / ".config" / "freeplane" / "1.7.x"
        (settings / "scripts" / "init").mkdir(parents=True)
        (settings / "auto.properties").write_text(LEAVE)
        (settings / "scripts" / "init" / "edit.groovy").write_text(EDIT)
        environment = {
            **os.environ,
            "HOME": place,
            "FP_IN": str(home / "in.mm"),
            "FP_OUT": str(home / "out.mm"),
        }
        command = ["xvfb-run", "-a", "freeplane", str(home / "in.mm")]
        with (home / "said").open("wb") as said:
            subprocess.run(command, env=environment, stdout=said, stderr=said, timeout=180, check=False)
        log = home / "out.mm.log"
        words = log.read_text() if log.exists() else "Freeplane did not run the script."
        out = home / "out.mm"
        return (out.read_bytes() if out.exists() else b""), words


def play_freeplane(checks: Checks) -> None:
    """Out, edited in Freeplane, and merged back into a map that was edited here meanwhile."""
    kind, base = Freeplane(), hostile_map()
    written = kind.write(base, Extras(lineage=("a" * 64,)))
    saved, words = through_freeplane(written.data)
    checks.that(words.endswith("saved"), f"Freeplane opens and saves it ({words.splitlines()[-1][:70]!r})")
    if not saved:
        return
    children = base.children(base.root_id)
    shown = words.split("\n")[: len(children)]
    wanted = ["Renamed in Freeplane", *(base.topics[key].title for key in children[1:])]
    same = [a.replace("\u2060", "") == b for a, b in zip(shown, wanted, strict=False)]
    checks.that(len(same) == len(wanted) and all(same), "it shows every title as it is, no formula, no markup")
    back = kind.read(saved, "map", Caps())
    checks.that(back.keeps_ids and back.document.map_id == base.map_id, "ids are still there")
    checks.that(back.lineage == ("a" * 64,), "the lineage is still there")
    checks.that(back.warnings == (), f"nothing was to be mended {back.warnings}")
    seen = kind.read(written.data, "map", Caps()).document
    mine = children[1]
    ours = replace(base, topics={**base.topics, mine: replace(base.topics[mine], title="Renamed here")})
    merged = merge(
        ours, back.document, Side(base, seen, kind.read(kind.write(ours, Extras()).data, "m", Caps()).document)
    )
    after = ours.apply(merged.change)
    told = {topic.title for topic in after.topics.values()}
    checks.that(
        {"Renamed in Freeplane", "Renamed here", "Made in Freeplane"} <= told, "both sides' edits are there"
    )
    checks.that(len(after.topics) == len(base.topics) + 1, f"one topic more: {len(after.topics)}")
    checks.that("written in Freeplane" in after.topics[children[2]].note, "the note of Freeplane has come")
    checks.that(merged.conflicts == (), f"no conflicts {merged.conflicts}")
    checks.that(_texts(after) == _texts(base), "texts, sources, origins are untouched")
    checks.that(dict(after.links) == dict(base.links), "links are untouched")
    moved = [key for key in base.places if after.places.get(key) != base.places[key]]
    checks.that(not moved, f"places are untouched {[(base.places[k], after.places.get(k)) for k in moved[:2]]}")
    checks.that(
        b'BUILTIN="idea"' in kind.write(after, Extras()).data, "the icon that Freeplane has added goes out again"
    )


def _texts(document: Map) -> dict[str, Explanation]:
    return dict(document.explanations)


def install_networkx() -> Path:
    """The Python that has networkx, in an environment of its own."""
    folder = CACHE / "networkx"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"networkx=={NETWORKX}"], check=True)
    return python


def play_networkx(checks: Checks) -> None:
    """Read as a graph, edited as one, written by networkx, and merged back into a map edited here meanwhile."""
    kind, base = GraphMl(), hostile_map()
    with tempfile.TemporaryDirectory() as place:
        there, back, told = (Path(place) / name for name in ("in.graphml", "out.graphml", "told.json"))
        there.write_bytes(kind.write(base, Extras(lineage=("a" * 64,))).data)
        child = base.children(base.root_id)[0]
        subprocess.run([install_networkx(), "-c", GRAPH, there, back, told, child], check=True)
        seen, saved = json.loads(told.read_text("utf-8")), back.read_bytes()
    checks.that(set(seen["titles"]) == set(base.topics), f"all {len(base.topics)} topics are nodes")
    checks.that(all(seen["titles"][key] == topic.title for key, topic in base.topics.items()), "with their titles")
    tree = {(topic.parent_id, key) for key, topic in base.topics.items() if topic.parent_id}
    checks.that(tree <= {(a, b) for a, b in seen["edges"]}, "the tree is in the edges")
    checks.that(len(seen["edges"]) == len(tree) + len(base.links), "and so are the links")
    found = kind.read(saved, "out", Caps())
    checks.that(found.keeps_ids and found.document.map_id == base.map_id, "what networkx writes is the same map")
    note = base.children(base.root_id)[1]
    ours = replace(base, topics={**base.topics, note: replace(base.topics[note], note="Written here.")})
    through = kind.read(kind.write(base, Extras()).data, "seen", Caps()).document
    mirror = kind.read(kind.write(ours, Extras()).data, "mirror", Caps()).document
    merged = merge(ours, found.document, Side(base, through, mirror))
    after = ours.apply(merged.change)
    checks.that(after.topics[child].title == "Renamed by networkx", "the edit made there is here")
    checks.that(after.topics[note].note == "Written here.", "the edit made here stays")
    checks.that(after.topics.keys() == base.topics.keys(), "nothing came twice, nothing is gone")
    checks.that(_texts(after) == _texts(base), "all texts are as they were")
    checks.that(not merged.conflicts, f"nothing is in the way {merged.conflicts[:2]}")


def install_mermaid() -> Path:
    """The script that draws."""
    folder = CACHE / "mermaid"
    script = folder / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("mermaid needs npm (Node.js), which is not here.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}", "utf-8")
        arguments = ["i", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
        subprocess.run([npm, *arguments, f"mermaid@{MERMAID}"], check=True)
    return script


def play_mermaid(checks: Checks, browser: Chromium, place: Path) -> None:
    """Both diagrams of two maps, drawn."""
    page = place / "mermaid.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><title>quiet</title><body>'
        f'<script src="{install_mermaid().as_uri()}"></script>'
        "<script>mermaid.initialize({startOnLoad:false, maxTextSize: 1e6})</script>",
        "utf-8",
    )
    browser.open(page)
    for name, document in (("a map", shown_map()), ("a hostile map", hostile_map())):
        for kind in (MermaidMindmap(), MermaidFlowchart()):
            text = kind.write(document, Extras()).data.decode()
            script = (
                f"mermaid.render('x', {json.dumps(text)}).then(d => document.body.innerHTML = d.svg).then(() => 1)"
            )
            try:
                browser.run(script)
            except AssertionError as error:
                checks.that(False, f"{kind.facts.title} of {name}: {str(error)[:400]}")
                continue
            shown: str = browser.run("document.body.innerText.replace(/\\s+/g, '')")
            missing = [t.title for t in document.topics.values() if "".join(t.title.split()) not in shown]
            checks.that(not missing, f"{kind.facts.title} of {name} shows all titles {missing}")
            checks.that(browser.run("document.title") == "quiet", f"{kind.facts.title} of {name}: nothing has run")
            browser.picture(place / f"{kind.facts.name}-{'hostile' if 'hostile' in name else 'map'}.png")


def play_html(checks: Checks, browser: Chromium, place: Path) -> None:
    """The page, offline, with keys; light, dark and narrow."""
    page = place / "map.html"
    page.write_bytes(HtmlMap().write(shown_map(), Extras()).data)
    for name, dark, width, height in (
        ("light", False, 1440, 900),
        ("dark", True, 1440, 900),
        ("narrow", False, 400, 800),
    ):
        browser.open(page, width=width, height=height, dark=dark)
        browser.picture(place / f"html-{name}.png")
        wide = browser.run("document.documentElement.scrollWidth")
        checks.that(wide <= width, f"{name}: nothing sticks out ({wide} of {width})")
    browser.press("Enter")
    browser.run("document.querySelector('#tree li').focus()")
    browser.press("Enter")
    browser.picture(place / "html-narrow-text.png")
    checks.that(
        browser.run("getComputedStyle(document.querySelector('#read')).display") == "block", "narrow: text opens"
    )
    browser.press("Escape")
    checks.that(
        browser.run("getComputedStyle(document.querySelector('#read')).display") == "none", "narrow: and closes"
    )
    browser.open(page)
    focused = "document.activeElement.id || document.activeElement.tagName"
    title = "document.querySelector('article.on h2').textContent"
    browser.run("document.querySelector('#tree li').focus()")
    browser.press("ArrowRight")
    checks.that(browser.run(title) == "Light reactions", f"Right goes to the first child: {browser.run(title)}")
    browser.press("ArrowDown", "ArrowDown")
    browser.press("ArrowLeft")
    checks.that(browser.run(title) == "Light reactions", f"Left goes to the parent: {browser.run(title)}")
    browser.press("ArrowLeft")
    closed = browser.run("document.activeElement.getAttribute('aria-expanded')")
    checks.that(closed == "false", "Left again folds")
    browser.press("ArrowDown")
    checks.that(browser.run(title) == "Calvin cycle", f"Down skips what is folded: {browser.run(title)}")
    browser.press("End")
    checks.that("Evolution of <b>" in browser.run(title), "End goes to the last")
    browser.press("Enter")
    checks.that(browser.run(focused) == "H2", "Enter goes into the text")
    browser.press("Escape")
    checks.that(browser.run("document.activeElement.getAttribute('role')") == "treeitem", "Escape comes back")
    browser.press("/")
    checks.that(browser.run(focused) == "q", "/ goes to the search")
    browser.press(*"oxygen")
    checks.that(browser.run("document.querySelector('#n').textContent").startswith("1 of "), "search counts")
    browser.press("Enter")
    checks.that(browser.run("document.querySelector('#n').textContent").startswith("2 of "), "Enter goes on")
    browser.picture(place / "html-search.png")
    browser.press("Escape")
    checks.that(browser.run("document.querySelectorAll('.hit').length") == 0, "Escape ends the search")
    browser.click("#all")
    checks.that(browser.run("document.querySelectorAll('[aria-expanded=false]').length") == 0, "all is unfolded")
    browser.picture(place / "html-unfolded.png")
    browser.click("#none")
    checks.that(browser.run("document.querySelectorAll('[aria-expanded=true]').length") == 1, "all is folded")
    page.write_bytes(HtmlMap().write(_injected(), Extras()).data)
    browser.open(page)
    checks.that(browser.run("document.title") != "hit", "nothing of a hostile map runs")
    browser.run(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'document.title = 1'}))"
    )
    checks.that(browser.run("document.title") != "1", "the policy refuses other scripts")
    page.write_bytes(HtmlDocument().write(shown_map(), Extras()).data)
    browser.open(page)
    browser.picture(place / "document.png")


def _injected() -> Map:
    document = hostile_map()
    bad = "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">"
    texts = {key: replace(text, markdown=bad) for key, text in document.explanations.items()}
    return replace(document, title=bad, explanations=texts)


def main() -> int:
    """Play what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = ["freeplane", "networkx", "mermaid", "html"]
    parser.add_argument("programs", nargs="*", choices=[*known, []], default=[])
    parser.add_argument("--shots", type=Path, default=None, help="where pictures go")
    told: Any = parser.parse_args()
    chosen = told.programs or known
    checks = Checks()
    if "freeplane" in chosen:
        print("== Freeplane")
        play_freeplane(checks)
    if "networkx" in chosen:
        print(f"== networkx {NETWORKX}")
        play_networkx(checks)
    with tempfile.TemporaryDirectory() as temporary:
        place = told.shots or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        for name, play in (("mermaid", play_mermaid), ("html", play_html)):
            if name not in chosen:
                continue
            print(f"== {name} in Chromium without a network")
            with Chromium() as browser:
                play(checks, browser, place.resolve())
                away = [each for each in browser.asked if not each.startswith(("file:", "data:", "about:"))]
                checks.that(not away, f"nothing was asked of the network {away[:3]}")
                unexpected = [each for each in browser.said if "violates" not in each]
                checks.that(not unexpected, f"nothing was complained about {unexpected[:3]}")
    print(f"{checks.wrong} wrong")
    return 1 if checks.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
