# The container recipe for grading where bubblewrap cannot run on the machine itself (macOS, Windows, a locked-down
# Linux). Submissions are still isolated from each other and from the course by bubblewrap, inside the container.
#
#   docker build -t barprop-grader .
#   docker run --rm -it -v "$PWD":/course/material \
#       --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
#       barprop-grader doctor
#   ... barprop-grader grade 01_forward_graph
#
# The three options let the ordinary user in the container make namespaces, which is what bubblewrap
# is built on; they give no rights over the machine outside. `doctor` shows whether all of it holds.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap make git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home grader

COPY requirements-lock.txt /tmp/
# the course itself is mounted, not installed
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements-lock.txt

USER grader
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/course/material
# matplotlib notes the fonts once, so that no sandbox has to
RUN python -c "import matplotlib.font_manager"

WORKDIR /course/material
ENTRYPOINT ["python", "-m", "autograder"]
CMD ["doctor"]
