"""Every number in the notebooks' prose is computed again here, or known to be given.

A sentence with results stands in `prose_claims.py` beside the expression that gives them. A paragraph whose numbers are
all chosen by us (arguments, shapes, names of notebooks) is listed in `prose_given.txt` by its first words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.course.authored import authored, read_authored
from tests.autograder.course.facts import NAMES
from tests.autograder.course.prose_claims import CLAIMS

GIVEN = [line for line in Path(__file__).with_name("prose_given.txt").read_text("utf-8").splitlines() if line.strip()]
_MARK = re.compile("«(.*?)»")
_NUMBER = re.compile(r"(?<![\w\\])\d[\d,.]*(?:\\,\d+)?")
# Numbers that name something: code, links, headings, notebooks, indices, powers, minutes.
_NAMES = re.compile(
    r"`[^`]*`|\]\([^)]*\)|^#+ .*$|\(\d+ min.*|[Nn]otebooks? \d\d(?: and \d\d)?|of \d\d and \d\d|^\[← Start page.*$|^\*\*Next: .*$|[a-zA-Z}]_\{?\d\}?|\^\{?-?\d\}?",
    re.MULTILINE,
)


def texts(folder: str) -> list[str]:
    """Return the cells' sources of the notebook whose folder begins so."""
    path = next(path for path in authored() if path.parent.name.startswith(folder))
    return [cell.source for cell in read_authored(path).cells]


def plain(sentence: str) -> str:
    return _MARK.sub(r"\1", sentence)


@pytest.mark.parametrize(("folder", "sentence", "expression"), CLAIMS, ids=lambda text: text[:40])
def test_a_sentence_says_what_its_expression_gives(folder: str, sentence: str, expression: str) -> None:
    assert any(plain(sentence) in text for text in texts(folder)), "no such sentence in the notebook"
    found = eval(f"({expression})", dict(NAMES))
    said = _MARK.findall(sentence)
    if not said:
        assert found, "the sentence is not true"
        return
    values = found if isinstance(found, tuple) else (found,)
    assert len(values) == len(said)
    for text, value in zip(said, values, strict=True):
        assert agrees(text, float(value)), f"{text} is said, {value} is right"


def agrees(text: str, value: float) -> bool:
    """Whether a number as it is written is the value, rounded to the digits that are written."""
    digits = text.replace(",", "")
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    return abs(float(digits) - value) <= 0.5 * 10.0**-decimals * (1 + 1e-6)


def test_agreement_is_to_the_digits_that_are_written() -> None:
    assert agrees("0.76", np.tanh(1))
    assert not agrees("0.77", np.tanh(1))
    assert agrees("50,890", 50_890)
    assert not agrees("50,890", 50_891)


def paragraphs(folder: str) -> Iterator[str]:
    """Yield each paragraph that holds a number other than 0, 1 and 2."""
    path = next(path for path in authored() if path.parent.name.startswith(folder))
    for cell in read_authored(path).cells:
        if cell.cell_type == "markdown":
            for paragraph in re.split(r"\n\s*\n|<details>|</details>|</summary>|\n(?=- )", cell.source):
                found = {number.rstrip(".,") for number in _NUMBER.findall(_NAMES.sub("", paragraph))}
                if found - {"0", "1", "2"}:
                    yield paragraph.strip()


@pytest.mark.parametrize("folder", [path.parent.name for path in authored() if path.parent.name > "01"])
def test_every_number_is_computed_or_given(folder: str) -> None:
    claimed = [plain(sentence) for number, sentence, _ in CLAIMS if folder.startswith(number)]
    unknown = [
        paragraph
        for paragraph in paragraphs(folder)
        if not any(sentence in paragraph for sentence in claimed)
        and not any(start in paragraph.replace("<summary>", "") for start in GIVEN)
    ]
    assert not unknown, "numbers that nothing computes: add a claim, or the first words to prose_given.txt"
