"""Grading, seen from above.

    submitted/ -> intake -> repair -> execute (in a sandbox) -> scoring (outside it) -> record
               -> journal (atomic) -> writer -> autograded/ and nbgrader's gradebook

A job is one student's submission of one assignment; what comes out is one `Record`, plain data. `plan` says
what was handed out, `names` and `reading` know Python and notebooks, `pool` runs jobs side by side,
`course` ties it to nbgrader's folders, `plugin` makes `nbgrader autograde` and the formgrader use it.
"""
