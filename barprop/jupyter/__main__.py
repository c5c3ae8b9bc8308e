"""python -m barprop.jupyter: put the course's Jupyter settings into this environment."""

from barprop.jupyter import install

for path in install():
    print(path)
