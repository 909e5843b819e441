"""The import contract says the architecture: what the architecture forbids breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import asana_frames as af

PACKAGE = Path(af.__file__).parent
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
pytest.importorskip("importlinter", reason="part of the dev extra")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the package and of its contract."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__", "*.json")
    )
    shutil.copy(PYPROJECT, folder)
    return folder


def check_contract(house: Path) -> str:
    """Return what ``lint-imports`` prints, or fail if it cannot check at all."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        capture_output=True,
        text=True,
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"},
        timeout=300,
        check=False,
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (" 0 broken" in done.stdout)
    return done.stdout


def test_the_package_keeps_the_contract(house: Path) -> None:
    assert " 0 broken" in check_contract(house)


def test_each_sentence_of_the_contract_is_broken_by_what_it_forbids(house: Path) -> None:
    forbidden = {
        "fetch/clock.py": ("import pandas", "fetch knows HTTP, and no frames"),
        "frames/bridge.py": ("import requests", "frames knows no HTTP"),
        "rollups/time/hours.py": (
            "from asana_frames.fetch import clock",
            "rollups compute, and fetch nothing",
        ),
        "rollups/time/cost.py": ("import urllib.request", "rollups compute, and fetch nothing"),
        "gather/events.py": (
            "import matplotlib.pyplot",
            "gather reads and computes, and draws nothing",
        ),
        "charts/shared/axes.py": (
            "from asana_frames.gather import stories",
            "charts draw, and fetch nothing",
        ),
        "export/csv.py": ("import click", "Only the command line knows click"),
        "calls/bodies.py": ("import asana_frames.widgets", "Imports flow one way"),
        "catalog/model.py": (
            "import asana_frames.codegen",
            "The package never needs its generator",
        ),
    }
    for file, (statement, _) in forbidden.items():
        path = house / PACKAGE.name / file
        path.write_text(f"{path.read_text('utf-8')}\n{statement}\n", "utf-8")

    said = check_contract(house)

    for _, sentence in forbidden.values():
        assert f"{sentence} BROKEN" in said
