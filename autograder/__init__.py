"""What an instructor runs: reference implementations, grading, sandbox, reports and the build."""

import sys

# jsonschema, which nbformat loads, would build 38 grammars for kinds of addresses that no notebook holds: 3 s.
# The others are for addresses and durations, which no notebook holds either.
for _unused in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]
