"""JupyterLab and Voila as processes of a test: on loopback, with folders of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

#: Seconds that a slow machine may take to start a server.
_PATIENCE = 120.0
#: Plugin of JupyterLab -> what a test wants different: no news, every cell drawn at once.
_SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
_LAB = [
    "-m",
    "jupyterlab",
    "--no-browser",
    "--ip=127.0.0.1",
    "--allow-root",
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    "--LabApp.expose_app_in_browser=True",
    # Without the check whether extensions must be built, which starts Node.js.
    "--ServerApp.tornado_settings={'page_config_data': {'buildCheck': False}}",
]
_VOILA = ["-m", "voila", "--no-browser", "--Voila.ip=127.0.0.1"]


class JupyterServer:
    """A server of notebooks, and the folder that it serves; use as a context manager.

    Parameters
    ----------
    kind
        ``lab`` or ``voila``.
    folder
        Empty; notebooks lie in it, and all that the server keeps lies below it.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir()
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None
        self._options: dict[str, dict[str, Any]] = {}
        for plugin, values in _SETTINGS.items():
            self.set(plugin, values)

    def __enter__(self) -> JupyterServer:
        ours = [f"--ServerApp.root_dir={self.notebooks}", f"--ServerApp.port={self._port}"]
        theirs = [f"--Voila.port={self._port}", str(self.notebooks)]
        options = [*_LAB, *ours] if self._kind == "lab" else [*_VOILA, *theirs]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *options],
                env=self._environment(),
                cwd=self.notebooks,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def set(self, plugin: str, values: dict[str, Any]) -> None:
        """Set options of a plugin for pages that are opened from now on."""
        package, _, name = plugin.partition(":")
        path = self.folder / "config/lab/user-settings" / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), "utf-8")
        self._options[plugin] = values

    @property
    def settings(self) -> str:
        """What is set, as text that can be compared."""
        return json.dumps(self._options, sort_keys=True)

    def write(self, name: str, cells: list[str]) -> Path:
        """Write a notebook; return where it is."""
        made = [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for number, source in enumerate(cells)
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {
            "cells": made,
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.notebooks / name
        path.write_text(json.dumps(notebook), "utf-8")
        return path

    def start_kernel(self) -> str:
        """Start a kernel; return its id."""
        kernel_id: str = json.loads(self._ask("/api/kernels", method="POST"))["id"]
        return kernel_id

    def end_kernel(self, kernel_id: str) -> None:
        """End a kernel."""
        self._ask(f"/api/kernels/{kernel_id}", method="DELETE")

    @property
    def _log(self) -> Path:
        return self.folder / f"{self._kind}.log"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not _is_of_a_user(name)}
        homes = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "XDG_CONFIG_HOME": "xdg",
            "XDG_DATA_HOME": "xdg",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        return kept | {name: str(self.folder / place) for name, place in homes.items()}

    def _ask(self, path: str, *, method: str = "GET") -> bytes:
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            body: bytes = answer.read()
        return body

    def _wait(self) -> None:
        assert self._process is not None
        ends = time.monotonic() + _PATIENCE
        while True:
            try:
                self._ask("/api" if self._kind == "lab" else "/")
            except (urllib.error.URLError, OSError) as problem:
                is_over = self._process.poll() is not None or time.monotonic() > ends
                if is_over:
                    raise RuntimeError(self._log.read_text("utf-8", "replace")) from problem
                time.sleep(0.1)
            else:
                return

    def _stop(self) -> None:
        """End the server, which ends its kernels."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _is_of_a_user(name: str) -> bool:
    """Whether a variable belongs to the settings of the user or of their Jupyter."""
    return name.startswith(("ASANA_", "JUPYTER", "IPYTHON", "VOILA", "MPLBACKEND"))


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port
