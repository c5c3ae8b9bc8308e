"""A second set, written after the first was done with: other right answers, spelt in other ways, and other slips."""

from __future__ import annotations

from tests.slips.evening import n01, n02, n03, n04, n05, n06, n07

NOTEBOOKS = (n01, n02, n03, n04, n05, n06, n07)
