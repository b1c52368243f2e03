from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowalledge_desktop.core.links import REMOVED, LinkGate, without_links

KNOWN = "https://en.wikipedia.org/wiki/Sugar_(food)"

INVENTED = (
    "[words](https://invented.example/a)",
    '[words](https://invented.example/a "invented title")',
    "[words](<https://invented.example/a b>)",
    "[words](https://invented.example/a_(b)_(c))",
    "[words](\nhttps://invented.example/a\n)",
    "[two\nlines](https://invented.example/a)",
    "[**bold** words](http://invented.example)",
    "[words](//invented.example/a)",
    "[words](/invented/path)",
    "[words](invented.html)",
    "[words](javascript:invented(1))",
    "[words](JaVaScRiPt:invented%281%29)",
    "[words](data:text/html;base64,aW52invented)",
    "[words](&#104;ttps://invented.example)",
    "[words](https&colon;//invented.example)",
    "[![alt](https://invented.example/i.png)](https://invented.example/a)",
    "![alt](https://invented.example/i.png)",
    "![alt][invented-1]\n\n[invented-1]: https://invented.example/i.png",
    "[words][1]\n\n[1]: https://invented.example/a",
    "[words][]\n\n[words]: <https://invented.example/a> 'invented title'",
    '[words]\n\n[words]:\n   https://invented.example/a\n   "title"',
    "> [words][q]\n>\n> [q]: https://invented.example/a",
    "Words.[^1]\n\n[^1]: See https://invented.example/a for more.",
    "<https://invented.example/a>",
    "<ftp://invented.example/a>",
    "<someone@invented.example>",
    "<mailto:someone@invented.example>",
    "Read https://invented.example/a?b=c&d=e#f.",
    "Read (HTTP://INVENTED.EXAMPLE/a), please.",
    "Read www.invented.example/a, please.",
    "Read WWW2.invented.example now.",
    "Read invented.org/papers/12 for more.",
    "Read invented.co.uk/papers for more.",
    "Read invented-site.com.",
    "Read https:\\/\\/invented.example/a.",
    "Read https%3A%2F%2Finvented.example%2Fa.",
    "Read https://%69nvented.example/invented.",
    "Read https://ïnvented.example/ünvented-invented.",
    "Read https://xn--invented-abc.xn--p1ai/.",
    "Read https://пример-invented.рф/путь.",
    "Read http\u200bs://invented.example/a.",
    "Read https://\ninvented.example/a.",
    "Read https://words.example/invented/\ninvented/more.html please.",
    "<a href='https://invented.example'>words</a>",
    '<A HREF="javascript:invented()"\n target="_blank">words</A>',
    '<img src="https://invented.example/i.png" alt="words">',
    "<script src=//invented.example/x.js>invented()</script>",
    '<div style="background:url(//invented.example/x.png)">words</div>',
    "Use `https://invented.example/a` in code.",
    "```sh\ncurl https://invented.example/a\n```",
    "    curl http://invented.example/a",
    "$\\href{https://invented.example/a}{x^2}$ and \\url{https://invented.example}",
    "\\url{invented/path} and \\includegraphics[width=1cm]{invented.png}",
    "Write to invented@invented.example or mailto:invented@invented.example",
    "Read ht**tps://invented.example/a**.",
    "[outer [inner](https://invented.example/b)](https://invented.example/a)",
    "| a | b |\n|---|---|\n| [words](https://invented.example) | https://invented.example |",
    "Read doi:10.1234/invented.5 and 203.0.113.9:8080/invented.",
    "file:///home/invented and magnet:?xt=invented and blob:invented",
)


@pytest.mark.parametrize("invented", INVENTED)
def test_no_invented_link_survives(invented: str) -> None:
    clean = without_links(f"Before.\n\n{invented}\n\nAfter.", frozenset({KNOWN}))
    assert "invented" not in clean.casefold(), clean
    assert clean.startswith("Before.")
    assert clean.endswith("After.")
    for tables in (False, True):
        shown = (
            MarkdownIt("commonmark", {"html": True, "linkify": False})
            .enable(["table"] if tables else [])
            .render(clean)
        )
        assert "href=" not in shown
        assert "src=" not in shown


def test_fifty_at_once_leave_nothing() -> None:
    assert len(INVENTED) >= 50
    clean = without_links("\n\n".join(INVENTED))
    assert "invented" not in clean.casefold()
    assert "words" in clean


def test_the_words_of_a_link_stay() -> None:
    assert without_links("See [the *book*](https://x.example/a) now.") == "See the *book* now."
    assert without_links("See https://x.example/a, then go.") == f"See {REMOVED}, then go."
    assert without_links("(https://x.example/a)") == f"({REMOVED})"


@pytest.mark.parametrize(
    "kept",
    [
        f"See [the article]({KNOWN}).",
        f"See {KNOWN}.",
        f"See <{KNOWN}>.",
        f"See [the article][a].\n\n[a]: {KNOWN}\n",
    ],
)
def test_an_address_that_a_source_gave_stays(kept: str) -> None:
    assert without_links(kept, frozenset({KNOWN})) == kept


def test_a_firm_named_like_its_site_keeps_its_name() -> None:
    assert without_links("Amazon.com sells books.") == "Amazon sells books."
    assert without_links("Visit nasa.gov now.") == f"Visit {REMOVED} now."


def test_an_address_that_only_begins_like_a_known_one_goes() -> None:
    assert "wikipedia" not in without_links(f"See {KNOWN}/invented.", frozenset({KNOWN}))
    assert "wikipedia" not in without_links(f"See [a]({KNOWN}?x=1).", frozenset({KNOWN}))


@pytest.mark.parametrize(
    "text",
    [
        "Water boils at 99.97 degrees; the ratio is 3:2 and/or 4:5. E.g. this: data: none.",
        "Node.js, ASP.NET and the U.S. The end.It goes on. See pp. 3/4 of vol. 2.",
        "Read the file `a[i](x)` and `std::vector<int>`; $f[x](y)$ // a comment",
        "- [x] done\n- [ ] open [1] and [^2] and [sic]",
        "If a < b and c > d then [a, b) is open; 10.0.0.0/8 is private, 192.168.0.1 is an address.",
        "At 10:30, about: the sip: nothing. \\[ x = y \\] and \\( z \\)",
        "Tom & Jerry &amp; friends &lt;b&gt; &#8212; AT&T",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert without_links(text) == text


@given(st.text(alphabet="ab:/.w[]()<>`!\\\n \"'@#&;%comhtps", max_size=80))
def test_twice_is_the_same_as_once(text: str) -> None:
    once = without_links(text)
    assert without_links(once) == once
    shown = MarkdownIt("commonmark", {"html": False}).render(once)
    assert "http://" not in shown
    assert "www." not in shown.replace("www. ", "").replace("www.\n", "").replace("www.<", "")


def test_a_long_hostile_text_is_read_quickly() -> None:
    for text in ("[" * 4000, "[a](" * 1500, "<a " * 3000, "a." * 4000, "`" * 3001, "http:" * 3000, "![" * 3000):
        assert isinstance(without_links(text), str)


@pytest.mark.parametrize("size", [1, 3, 17])
def test_a_growing_text_never_shows_an_address(size: int) -> None:
    text = "Plants make sugar. " + "\n\n".join(INVENTED) + f"\n\nThe end, see {KNOWN}."
    gate = LinkGate(frozenset({KNOWN}))
    shown = ""
    for at in range(0, len(text), size):
        shown += gate.feed(text[at : at + size])
        assert "invented" not in shown.casefold(), shown[-80:]
    shown += gate.end()
    assert "invented" not in shown.casefold()


def test_a_growing_text_without_links_comes_through_whole() -> None:
    text = "Plants make *sugar* from light.\n\n- It needs `water` [1]\n- and a < b.\n\nThe end."
    gate = LinkGate()
    parts = [gate.feed(ch) for ch in text]
    assert "".join((*parts, gate.end())) == text
    assert sum(1 for part in parts if part) > 5
