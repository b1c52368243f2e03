from __future__ import annotations

import json
from dataclasses import replace

from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.codec_values import claims_from
from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Source
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import Answer

CHECKED = Claim("It was 1810.", ClaimState.DISPUTED, (0,), "It was 1809.", "1809 / 1810")


def test_the_passage_and_the_note_of_a_claim_are_kept() -> None:
    content = ExplanationText("It was 1810.", (CHECKED,), (Source("T", "https://x.example/t"),))
    answer = Answer(content, Provenance("gemini"))
    assert decode_answer(encode_answer(answer)) == answer


def test_claims_from_before_there_were_passages_are_read() -> None:
    old = json.loads('[{"text": "It was 1810.", "state": "disputed", "sources": [0]}]')
    assert claims_from(old) == (replace(CHECKED, passage="", note=""),)
