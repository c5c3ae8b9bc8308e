"""Where a student's code runs, and nothing else does.

`Sandbox` is one warm, isolated process; `Sandbox.session()` forks it for one notebook. What a
session gives back is data: cell outputs, and answers that can be called.

>>> with Sandbox() as sandbox, sandbox.session() as session:
...     session.run_cell("def linear(w, x): return float(w @ x)")
...     judge(EXERCISES["linear"], session.answers, EXERCISES, seed, oracle_of)
"""

from autograder.sandbox.host import LocalSandbox, Sandbox
from autograder.sandbox.interface import CellResult, Fault, Limits, SandboxError, Session

__all__ = ["CellResult", "Fault", "Limits", "LocalSandbox", "Sandbox", "SandboxError", "Session"]
