"""Servers that tests start: free ports, JupyterLab, and waiting until one of them answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.course.layout import ROOT
from tests.depth import PATHS

TOKEN = "course"
JUPYTER_SETTINGS = ROOT / "barprop" / "jupyter"


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def free_port() -> int:
    return free_ports(1)[0]


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None, log: Path, ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it is ready (OSError: not yet), and end it; its output goes to `log`."""
    with open(log, "wb") as out:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 120
        while not _answers(ready):
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[:4]} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _answers(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except OSError:
        return False


@contextmanager
def running_jupyter_lab(
    home: Path, folder: Path, settings: Sequence[Path]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start JupyterLab in a folder, with everything of its own under `home`; give its address and process.

    Parameters
    ----------
    settings : folders of settings, the first counts most; the environment's own settings count as well.
    """
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        f"--LabApp.user_settings_dir={home / 'settings'}", f"--LabApp.workspaces_dir={home / 'workspaces'}",
        "--ServerApp.allow_remote_access=False", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=null",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = {name: value for name, value in os.environ.items() if name != "JUPYTER_CONFIG_PATH"} | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": PATHS,
    }
    if settings:
        environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(map(str, settings))

    def ready() -> bool:
        request = urllib.request.Request(f"{url}/api/status", headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status == 200

    home.mkdir(parents=True, exist_ok=True)
    with running(command, environment, folder, home / "server.log", ready) as server:
        yield url, server
