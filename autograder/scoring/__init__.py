"""One submission in, one record out.

    submission/ -> `run_cells`, in a sandbox -> `score`, outside it -> `feedback_notebook` -> `record`

A `Job` (`grade`) is one student's submission of one assignment; a `Record` is plain data: points, reasons, and the
graded notebook. `seeds` are those of the hidden probes, `stand_in` tries an answer with right ones in the place of the
wrong ones it calls, `pattern` is what two answers have in common, and `sanitize` makes outputs harmless.
"""
