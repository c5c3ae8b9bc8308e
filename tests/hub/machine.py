"""A JupyterHub with three people on loopback: the hub's own process tree sees users that this machine does not have."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.course.layout import ROOT
from tests.checkout import copy_checkout
from tests.servers import free_ports, running

PEOPLE = {"teacher": 23001, "ada": 23002, "ben": 23003}

_CONFIG = """
load_subconfig({shipped!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.pid_file = "{base}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "x"
c.JupyterHub.db_url = "sqlite:///{base}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{base}/cookie"
c.Spawner.http_timeout = c.Spawner.start_timeout = 180
"""


def _people(base: Path) -> None:
    """Make homes, and the lists of users and groups that the hub sees."""
    lines = {name: Path("/etc", name).read_text(encoding="utf-8") for name in ("passwd", "group")}
    for name, number in PEOPLE.items():
        home = base / "home" / name
        home.mkdir(parents=True)
        lines["passwd"] += f"{name}:x:{number}:{number}::{home}:/bin/bash\n"
        lines["group"] += f"{name}:x:{number}:\n"
    copy_checkout(base / "home" / "teacher" / "backprop")
    for name, number in PEOPLE.items():
        for path in (base / "home" / name, *(base / "home" / name).rglob("*")):
            os.chown(path, number, number, follow_symlinks=False)
        (base / "home" / name).chmod(0o700)
    for name, text in lines.items():
        (base / name).write_text(text, encoding="utf-8")
    (base / "exchange").mkdir()
    (base / "exchange").chmod(0o777)


def _command(base: Path, bwrap: str, config: Path) -> list[str]:
    python = Path(sys.base_prefix)
    hidden: list[str] = []
    if Path("/root") in python.parents:  # root's home is closed to others; this Python must not be
        hidden = ["--tmpfs", "/root"]
        for parent in reversed([p for p in python.parents if Path("/root") in p.parents]):
            hidden += ["--perms", "0755", "--dir", str(parent)]
        hidden += ["--ro-bind", str(python), str(python)]
    return [
        bwrap, "--bind", "/", "/", "--dev-bind", "/dev", "/dev", *hidden, "--cap-add", "ALL", "--die-with-parent",
        "--ro-bind", str(base / "passwd"), "/etc/passwd", "--ro-bind", str(base / "group"), "/etc/group",
        "--chdir", str(base), str(Path(sys.executable).parent / "jupyterhub"), "-f", str(config),
    ]  # fmt: skip


@contextmanager
def running_hub(bwrap: str, proxy: str) -> Iterator[str]:
    """Start the hub as deploy/hub configures it; give its address."""
    base = Path(tempfile.mkdtemp(prefix="hub-"))  # pytest's own folders are closed to other users
    base.chmod(0o755)
    try:
        _people(base)
        ports = free_ports(3)
        shipped = str(ROOT / "deploy" / "hub" / "jupyterhub_config.py")
        config = base / "config.py"
        config.write_text(_CONFIG.format(shipped=shipped, ports=ports, proxy=proxy, base=base), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "BACKPROP_HUB": str(ROOT / "deploy" / "hub"),
            "NBGRADER_EXCHANGE": str(base / "exchange"),
        }
        log, said = base / "hub.log", "JupyterHub is now running"
        command = _command(base, bwrap, config)
        with running(command, environment, None, log, lambda: said in log.read_text(errors="replace")):
            yield f"http://127.0.0.1:{ports[0]}"
    finally:
        _end_servers()
        shutil.rmtree(base, ignore_errors=True)


def _end_servers() -> None:
    """End what people's servers still run, which outlives a hub that was killed."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if place.stat().st_uid in PEOPLE.values():
                os.kill(int(place.name), signal.SIGKILL)
