"""JupyterHub for one course on one machine. docs/deploy.md explains what to change.

Students get the assignment list and Validate. Instructors also get the formgrader, in their checkout of the course.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821

HERE = Path(os.environ.get("BACKPROP_HUB", Path.cwd())).resolve()  # the folder with students/ and instructors/
INSTRUCTORS = os.environ.get("BACKPROP_INSTRUCTORS", "teacher").split(",")
COURSE = os.environ.get("BACKPROP_COURSE", "{home}/backprop")  # the instructors' checkout

c.JupyterHub.load_groups = {"instructors": {"users": INSTRUCTORS}}
c.Authenticator.allow_all = True  # everybody whom your authenticator lets in
c.Spawner.default_url = "/lab"


def by_role(spawner):
    """Give a user's server the settings of their role."""
    teaching = any(group.name == "instructors" for group in spawner.user.groups)
    if "NBGRADER_EXCHANGE" in os.environ:
        spawner.environment["NBGRADER_EXCHANGE"] = os.environ["NBGRADER_EXCHANGE"]
    spawner.environment["JUPYTER_CONFIG_PATH"] = str(HERE / ("instructors" if teaching else "students"))
    if teaching:
        home = os.path.expanduser(f"~{spawner.user.name}")
        spawner.notebook_dir = spawner.environment["BACKPROP_COURSE"] = COURSE.format(home=home)


c.Spawner.pre_spawn_hook = by_role
