from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.evidence import claims_of, plain, sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Water boils at 99.97 degrees Celsius. It freezes at 0.", 2),
        ("Dr. Watson met Mr. Holmes in St. Petersburg. They left.", 2),
        ("J. S. Bach wrote it. George W. Bush did not.", 2),
        ("It lies c. 300 km from the U.S. border. Nobody lives there.", 2),
        ("He was born in 1879. 1905 was his best year.", 2),
        ("It contains vitamin C. It is sour.", 2),
        ("They include oranges, lemons, etc. Both are sour.", 2),
        ("Is it? Yes! It is...", 3),
        ("“It moves.” He said so.", 2),
        ("水は液体である。氷は固体だ！本当？", 3),
        ("Le XIXe siècle commence en 1801. Il finit en 1900.", 2),
        ("¿Qué es? Es la capital. ¡Claro!", 3),
        ("One line\n\nAnother line", 2),
        ("See Fig. 3 and vol. 2 of the work by Smith et al. for more.", 1),
        ("", 0),
        ("   ", 0),
    ],
)
def test_sentences_are_found_in_three_kinds_of_writing(text: str, count: int) -> None:
    assert len(sentences(text)) == count, sentences(text)


def test_sentences_keep_their_order_and_their_marks() -> None:
    assert sentences("First one. Second (with brackets.) Third?") == (
        "First one.",
        "Second (with brackets.)",
        "Third?",
    )


@given(st.text())
def test_nothing_but_space_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_claims_come_without_markdown_and_without_headings() -> None:
    markdown = (
        "# Sugar\n\n**Plants** make [sugar](https://example.org/s_(x)) from `light`. It needs *water*.\n\n"
        "- First: _leaves_ are green.\n- Second item here.\n\n```python\nprint('no claim.')\n```\n\n"
        "| a | b |\n|---|---|\n\nWhy is that so? Examples:\n\n1. A snake_case_word stays.\n"
    )
    claims = claims_of(markdown)
    assert [claim.text for claim in claims] == [
        "Plants make sugar from light.",
        "It needs water.",
        "First: leaves are green.",
        "Second item here.",
        "A snake_case_word stays.",
    ]
    assert {claim.state for claim in claims} == {ClaimState.UNCHECKED}
    assert all(claim.sources == () for claim in claims)


def test_a_quote_and_a_wrapped_paragraph_stay_whole() -> None:
    assert plain("> Quoted words\n\nA paragraph\nover two lines.") == (
        "Quoted words",
        "A paragraph over two lines.",
    )


def test_escaped_marks_read_as_themselves() -> None:
    assert claims_of(r"It costs \$5 and 2 \* 3 is six.")[0].text == "It costs $5 and 2 * 3 is six."
