"""What an instructor runs: reference implementations, grading, sandbox, reports and the build."""

import sys

# jsonschema, which nbformat loads, would build 38 grammars for kinds of addresses that no notebook holds: 3 s.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
