"""The house: imports, typing, documents and notebooks."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import asana_frames as af
from asana_frames.catalog import load
from tests.fixed_day import NOW

ROOT = Path(__file__).parents[1]
PACKAGE = Path(af.__file__).parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(af.__path__, "asana_frames.")
    if not module.name.endswith("__main__")
)


def run(code: str, *options: str) -> str:
    command = [sys.executable, *options, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_import_loads_neither_charts_nor_widgets_nor_the_sandbox() -> None:
    loaded = run("import sys, asana_frames; print(*sys.modules)").split()

    for heavy in (
        "matplotlib",
        "ipywidgets",
        "IPython",
        "click",
        "pyarrow.parquet",
        "http.server",
    ):
        assert heavy not in loaded
    assert "asana_frames.resources.tasks" not in loaded
    assert not [name for name in loaded if name.startswith("asana_frames.sandbox_server")]


def test_a_chart_draws_without_a_display_and_a_sandbox_comes_when_asked_for() -> None:
    code = """
import asana_frames as af, sys
asana = af.sandbox()
assert "matplotlib" not in sys.modules
goals = asana.goals.list(workspace="Acme")
print(type(af.charts.goal_progress(af.rollups.goal_progress(goals))).__name__)
"""
    assert run(code).strip() == "Axes"


def test_every_public_name_is_there_and_listed() -> None:
    for name in af.__all__:
        assert getattr(af, name) is not None
    assert set(dir(af)) == set(af.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        af.nonsense  # noqa: B018


def test_the_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.parametrize("name", MODULES)
def test_every_public_thing_is_documented(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__doc__
    for thing in vars(module).values():
        is_own = getattr(thing, "__module__", "") == name and hasattr(thing, "__name__")
        if is_own and not thing.__name__.startswith("_"):
            assert thing.__doc__, thing


@pytest.mark.parametrize("name", ["charts", "export", "gather", "rollups", "widgets"])
def test_tab_shows_public_functions_and_classes_only(name: str) -> None:
    room = getattr(af, name)

    assert dir(room) == sorted(room.__all__)
    for public in dir(room):
        assert callable(getattr(room, public)), public
        assert not public.startswith("_")


@pytest.mark.parametrize("name", ["asana_frames", *MODULES])
def test_examples_in_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(name)

    assert doctest.testmod(module).failed == 0


def test_the_readme_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        # The line for a real account needs one.
        code = "\n".join(line for line in block.splitlines() if "af.connect()" not in line)
        exec(compile(code, "README.md", "exec"), {})
        plt.close("all")

    assert (tmp_path / "tasks.csv").exists()


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=str)
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_from_top_to_bottom(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kernel chooses how charts are shown, unless the environment has chosen already.
    monkeypatch.delenv("MPLBACKEND", raising=False)
    nbformat = pytest.importorskip("nbformat", reason="part of the dev extra")
    nbclient = pytest.importorskip("nbclient", reason="part of the dev extra")
    content = nbformat.read(notebook, as_version=4)
    assert not [cell for cell in content.cells if cell.get("outputs")], "commit it without outputs"
    client = nbclient.NotebookClient(
        content, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )

    client.execute()

    shown = [output for cell in content.cells for output in cell.get("outputs", ())]
    assert not [output for output in shown if output.output_type == "error"]
    assert [output for output in shown if "image/png" in output.get("data", {})]


def test_the_card_is_small_and_escaped() -> None:
    asana = af.sandbox(now=NOW)
    asana._card = {"name": "<script>alert(1)</script>", "workspaces": ['"><img src=x>']}

    card = asana._repr_html_()

    assert "<script>" not in card
    assert "<img" not in card
    assert len(card) < 20_000
    assert "Acme" in af.sandbox(now=NOW)._repr_html_()


def test_tab_offers_resources_and_what_is_documented() -> None:
    shown = dir(af.sandbox(now=NOW))

    assert set(shown) - {resource.name for resource in load().resources} == {
        "apply", "close", "http", "info", "last", "plan", "stream", "wait", "with_options"
    }  # fmt: skip
    assert not [name for name in shown if name.startswith("_")]


def test_completion_knows_the_resources() -> None:
    assert "tasks" in af.sandbox(now=NOW)._ipython_key_completions_()
