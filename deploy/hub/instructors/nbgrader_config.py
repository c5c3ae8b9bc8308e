"""nbgrader for instructors: the configuration of their checkout of the course, and where the course is exchanged."""

import os

c = get_config()  # noqa: F821

load_subconfig(os.path.join(os.environ["BACKPROP_COURSE"], "nbgrader_config.py"))  # noqa: F821
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange")
