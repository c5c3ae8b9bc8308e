"""python -m barprop.jupyter: put the course's Jupyter settings into this environment."""

import argparse

from barprop.closed_pipe import let_readers_leave
from barprop.jupyter import install

let_readers_leave()
parser = argparse.ArgumentParser(prog="python -m barprop.jupyter", description=__doc__)
parser.add_argument("--instructor", action="store_true", help="show what nbgrader has for instructors")
for path in install(instructor=parser.parse_args().instructor):
    print(path)
