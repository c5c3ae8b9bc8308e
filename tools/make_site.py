"""Make the course's site in build/site: to read without a kernel, a server or a network.

    python tools/make_site.py [--repository https://github.com/OWNER/NAME]

The pages are the notebooks as students get them, with the pictures and widgets of the executed solutions and none of
their answers; the guides in docs/; and the reference of what can be imported. The address of the repository, from the
command line or from [tool.course] in pyproject.toml, brings the buttons that open the notebooks in Binder, Colab and
Codespaces.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import nbformat
from nbformat import NotebookNode

from autograder.commands.handout import write_zip
from autograder.course.build import release_into
from autograder.course.layout import ROOT, SOLUTIONS, SOURCE
from autograder.course.outlines import outline
from barprop.exercises import in_notebook
from barprop.widgets.base import bundled
from barprop.widgets.standalone import page_of_state

SITE, OUT = ROOT / "docs" / "site", ROOT / "build" / "site"
TEACHING = ("instructor", "grading", "reports", "security", "new-exercise", "exercises", "widgets", "deploy")
_VIEW, _STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
_FRAME = '<iframe class="widget" src="{src}" title="{title}" loading="lazy" height="640"></iframe>'


def widget_pages(notebook: NotebookNode, folder: Path) -> dict[str, tuple[str, str]]:
    """Write a page for each widget that an executed notebook saved; return model id -> (class, file name)."""
    pages = {}
    saved = notebook.metadata.get("widgets", {}).get(_STATE, {}).get("state", {})
    for number, (model, item) in enumerate(sorted(saved.items())):
        state = dict(item["state"])
        if "_anywidget_id" not in state:
            continue
        state |= {buffer["path"][0]: {"base64": buffer["data"]} for buffer in item.get("buffers", [])}
        module, kind = state["_anywidget_id"].rsplit(".", 2)[-2:]
        state["_esm"] = bundled(f"{module}.js")  # of today, not as it was saved
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{kind}-{number}.html"
        path.write_text(page_of_state(state, kind), encoding="utf-8")
        pages[model] = (kind, path.name)
    return pages


def _shown(outputs: list[NotebookNode], pages: dict[str, tuple[str, str]], folder: str) -> list[NotebookNode]:
    """Return outputs that a page can hold: a widget as a frame, anything else without its live view."""
    kept = []
    for output in outputs:
        data = output.get("data", {})
        model = data.pop(_VIEW, {}).get("model_id", "")
        if model in pages:
            kind, name = pages[model]
            frame = _FRAME.format(src=f"{folder}/{name}", title=kind)
            kept.append(nbformat.v4.new_output("display_data", {"text/html": frame}))
        elif output.output_type == "stream" or data:
            kept.append(output)
    return kept


def course_page(released: NotebookNode, executed: NotebookNode, pages: Path, folder: str) -> NotebookNode:
    """Return a released notebook with what its demonstrations show in the solution, and with no answer.

    Parameters
    ----------
    released, executed : the same notebook, as students get it and solved.
    pages, folder : where the widgets' pages are written, and where that is seen from the notebook.
    """
    widgets = widget_pages(executed, pages)
    shown = {cell.id: cell.outputs for cell in executed.cells if "show" in cell.metadata.get("tags", [])}
    for cell in released.cells:
        cell.metadata = NotebookNode()
        if cell.cell_type != "code":
            continue
        cell.outputs = _shown(shown.get(cell.id, []), widgets, folder)
        if any("<iframe" in output.get("data", {}).get("text/html", "") for output in cell.outputs):
            cell.metadata.tags = ["hide-input"]
    released.metadata.pop("widgets", None)
    return released


def stage(target: Path, repository: str) -> None:
    """Lay out everything that Sphinx reads."""
    shutil.copytree(SITE, target)
    (target / "_static").mkdir()
    for name in ("course.css", "course.js"):
        shutil.move(target / name, target / "_static" / name)
    with tempfile.TemporaryDirectory() as scratch:
        release = release_into(Path(scratch))
        course = _stage_course(target, release)
        _stage_downloads(target / "download", release)
    teaching = [name for name in TEACHING if (ROOT / "docs" / f"{name}.md").is_file()]
    for name in teaching:
        text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        (target / f"{name}.md").write_text(_relinked(text, {*teaching}, repository), encoding="utf-8")
    for picture in (ROOT / "docs").rglob("*.png"):
        place = target / picture.relative_to(ROOT / "docs")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, place)
    for picture in (ROOT / "docs").glob("*.svg"):
        shutil.copyfile(picture, target / picture.name)
    index = (target / "index.md").read_text(encoding="utf-8")
    for key, lines in (
        ("downloads", _downloads(target / "download", repository)),
        ("notebooks", _table(course, repository)),
        ("course", course),
        ("teaching", teaching),
        ("reference", ["barprop", "autograder_api"]),
    ):
        index = index.replace(f"{{{key}}}", "\n".join(lines))
    (target / "index.md").write_text(index, encoding="utf-8")


def _stage_course(target: Path, release: Path) -> list[str]:
    names = []
    for path in sorted(release.glob("*/*.ipynb")):
        name = f"{path.parent.name}/{path.stem}"
        solution = SOLUTIONS / f"{name}.ipynb"
        released = nbformat.read(path, as_version=4)
        executed = nbformat.read(solution, as_version=4) if solution.is_file() else nbformat.v4.new_notebook()
        page = course_page(
            released, executed, target / "download" / "widgets" / path.stem, f"../../widgets/{path.stem}"
        )
        place = target / "course" / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(nbformat.writes(page), encoding="utf-8")
        for extra in (*path.parent.glob("*.png"), *path.parent.glob("*.html")):
            shutil.copyfile(extra, place.parent / extra.name)
        names.append(f"course/{name}")
    return names


def _stage_downloads(folder: Path, release: Path) -> None:
    """Pack the student's zip, and the wheel of barprop from what is in it: neither holds an answer."""
    folder.mkdir(exist_ok=True)
    package = folder / "backprop.zip"
    write_zip(package, release, sorted(path.name for path in release.iterdir() if path.is_dir()))
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(package) as file:
            file.extractall(scratch)
        wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        words = [*wheel, "--no-build-isolation", "--wheel-dir", str(folder), f"{scratch}/backprop"]
        subprocess.run(words, check=True)


def _relinked(text: str, pages: set[str], repository: str) -> str:
    """Keep links between pages; lead the others to the repository, or leave the words alone."""

    def link(match: re.Match[str]) -> str:
        words, address = match[1], match[2]
        path, _, anchor = address.partition("#")
        if match[0].startswith("!") or urlparse(address).scheme or not path:
            return match[0]
        if path.removesuffix(".md") in pages:
            return match[0]
        place = os.path.relpath(ROOT / "docs" / path, ROOT)
        return f"[{words}]({repository}/blob/main/{place}{'#' + anchor if anchor else ''})" if repository else words

    return re.sub(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)", link, text)


def _downloads(folder: Path, repository: str) -> list[str]:
    wheel = next(folder.glob("*.whl")).name
    lines = [
        '- <a href="backprop.zip">everything a student needs</a>, one zip; its README says how to start',
        f'- <a href="{wheel}">the package <code>barprop</code></a>, for a hub: '
        "<code>pip install</code> it beside JupyterLab",
    ]
    if repository:
        place = repository.removeprefix("https://github.com/")
        lines += [
            f"- [open it in Binder](https://mybinder.org/v2/gh/{place}/HEAD?urlpath=lab/tree/notebooks) or in "
            f"[Codespaces](https://codespaces.new/{place}), with nothing to install",
        ]
    return lines


def _table(course: list[str], repository: str) -> list[str]:
    place = repository.removeprefix("https://github.com/")
    lines = ["| notebook | exercises | points | minutes |" + (" |" if repository else ""), "|---|--:|--:|--:|"]
    lines[1] += "---|" if repository else ""
    for name in course:
        notebook = name.removeprefix("course/")
        exercises = in_notebook(notebook)
        title = nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells[0].source.split("\n")[0]
        row = [f"[{title.lstrip('# ')}]({name}.ipynb)", len(exercises) or ""]
        row += [sum(e.points for e in exercises) or "", outline(SOURCE / f"{notebook}.py").minutes]
        if repository:
            colab = f"https://colab.research.google.com/github/{place}/blob/main/notebooks/{notebook}.ipynb"
            row.append(f"[Colab]({colab})")
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return lines


def main(words: list[str] | None = None) -> int:
    """Make the site; return the exit code."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        project: dict[str, Any] = tomllib.load(file)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    default = project["tool"].get("course", {}).get("repository", "")
    parser.add_argument("--repository", default=default, help="such as https://github.com/OWNER/NAME")
    parser.add_argument("--to", type=Path, default=OUT, help="default: build/site")
    args = parser.parse_args(words)
    if args.repository and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", args.repository):
        print(
            f"{args.repository} is not the address of a repository: write https://github.com/OWNER/NAME.",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        stage(Path(scratch, "pages"), args.repository)
        shutil.rmtree(args.to, ignore_errors=True)
        settings = {"SITE_REPOSITORY": args.repository, "SITE_VERSION": project["project"]["version"]}
        sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
        done = subprocess.run(
            [*sphinx, "-d", f"{scratch}/doctrees", f"{scratch}/pages", str(args.to)],
            env=os.environ | settings,
            check=False,
        )
    if done.returncode:
        return done.returncode
    print(f"Open {args.to / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
