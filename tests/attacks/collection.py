"""Every attack, by theme. Each says what it tries and what it deserves; test_attacks.py grades them all."""

from __future__ import annotations

from tests.attacks import handed, harm, host, looking, values, wire

THEMES = {
    "patched libraries": values.PATCHES,
    "lying values": values.LIARS,
    "frames and modules": looking.FRAMES,
    "files and environment": looking.FILES,
    "network and ways out": looking.OUT,
    "forged replies": wire.FORGED,
    "faked tests": wire.FAKED,
    "shown to people": wire.SHOWN,
    "leaving": harm.LEAVING,
    "hanging": harm.HANGING,
    "taking all there is": harm.TAKING,
    "odd folders": handed.FOLDERS,
    "bombs": handed.BOMBS,
    "past the sandbox": host.HOST,
    "telling the grader": handed.TELLING,
}
ATTACKS = {attack.name: attack for theme in THEMES.values() for attack in theme}
