"""nbgrader's folders on this layout. Every nbgrader command and the formgrader read this file."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent if "__file__" in globals() else Path.cwd()
sys.path.insert(0, str(ROOT))
# Kernels that nbgrader starts find barprop and autograder too.
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

from nbgrader.coursedir import CourseDirectory  # noqa: E402

from autograder.course.authored import ignored_names, materialise  # noqa: E402
from autograder.course.clear_solutions import preprocessors  # noqa: E402
from autograder.course.layout import tools_on_path  # noqa: E402

c = get_config()  # noqa: F821

c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "backprop"
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [*CourseDirectory().ignore, *ignored_names()]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.GenerateAssignment.preprocessors = preprocessors()

# a name with a comma in it keeps to its field
c.ExportApp.plugin_class = "autograder.plugin.quoted_csv.QuotedCsv"

tools_on_path()
materialise()

# `nbgrader autograde` and the formgrader's button run submissions in a sandbox and score them outside it.
from autograder.plugin.autograde import install  # noqa: E402

install()
