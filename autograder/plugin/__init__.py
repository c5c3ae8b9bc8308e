"""How nbgrader's own commands and the formgrader reach this grading."""
