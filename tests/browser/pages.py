"""A notebook that is open in a browser: its cells, what stands in them, what went wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from asana_frames.widgets.pickers.choice import MARK
from tests.browser.servers import JupyterServer

#: Pixels of a page, unless a test makes it larger.
SIZE = {"width": 1300, "height": 1000}
#: Milliseconds that a slow machine may take for anything.
PATIENCE = 90_000
#: Controls that are passed before a test gives up.
_MOST_TABS = 60
#: What a page says of its own accord, and what no test is about.
_CHATTER = re.compile(r"favicon|\.map\b")
#: Controls that need a name, as they are called where pages are read aloud.
_CONTROLS = "button|checkbox|combobox|listbox|radio|spinbutton|switch|textbox|tab|searchbox"
_NAMELESS = re.compile(rf"^\s*- (?:{_CONTROLS})\b(?! \")[^\n]*", re.MULTILINE)

#: What a list, or a box with suggestions, offers.
_OFFERED = "[...(one.list ?? one).options].map(option => option.textContent || option.value)"

#: Whether JupyterLab shows a notebook whose kernel waits for cells.
_READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return session?.isReady && session.session?.kernel?.status === "idle";
}"""
#: Makes a kernel forget what the cells of a test have made. A closed notebook takes a thread of
#: the kernel with it; what asyncio says of its tasks would stand in a cell of the next test.
_RESET = """
import logging
import ipywidgets
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
ipywidgets.Widget.close_all()
get_ipython().run_line_magic("reset", "-f")
"""
#: Runs code in the kernel of the notebook that is shown.
_EXECUTE = """code => {
    const context = window.jupyterapp.shell.currentWidget.sessionContext;
    return context.session.kernel.requestExecute({code, silent: true}).done;
}"""
#: Closes all that is open, without the question whether to save it.
_CLOSE = """() => {
    for (const shown of [...window.jupyterapp.shell.widgets("main")]) {
        if (shown.context) shown.context.model.dirty = false;
        shown.close();
    }
}"""


class Watched:
    """A page, and the errors it reported."""

    def __init__(self, page: Any, pictures: Path) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._pictures = pictures
        page.set_default_timeout(PATIENCE)
        page.on("console", self._record_console)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", self._refuse)

    def picture(self, name: str) -> None:
        """Keep what the page looks like."""
        self.page.screenshot(path=self._pictures / f"{name}.png")

    def eventually(self, expression: str, argument: Any = None) -> None:
        """Wait until something is true in the page."""
        # Not at each frame, as is the default: that keeps the page drawing.
        self.page.wait_for_function(expression, arg=argument, polling=50)

    def _record_console(self, message: Any) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not _CHATTER.search(f"{message.text} {place}"):
            self.wrong.append(f"{message.text} ({place})")

    def _refuse(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Notebook(Watched):
    """A page of JupyterLab that shows one notebook after the other."""

    path: Path

    def __init__(self, page: Any, lab: JupyterServer, pictures: Path) -> None:
        super().__init__(page, pictures)
        self._lab = lab
        self._settings = ""

    def open(self, path: Path, kernel_id: str) -> None:
        """Open a notebook with a kernel that runs; reload JupyterLab if its settings changed."""
        self.path = path
        self.wrong.clear()
        self.page.set_viewport_size(SIZE)
        if self._settings != self._lab.settings:
            self.page.goto(f"{self._lab.url}/lab?reset")
            self.eventually("() => window.jupyterapp")
            self.page.evaluate("() => window.jupyterapp.restored")
            self._settings = self._lab.settings
        self.command("docmanager:open", path=path.name, kernel={"id": kernel_id})
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.eventually(_READY)

    def close(self) -> None:
        """Close the notebook without saving it, and clear its kernel."""
        self.page.evaluate(_EXECUTE, _RESET)
        self.page.evaluate(_CLOSE)
        self.page.locator(".jp-Notebook").wait_for(state="detached")

    def command(self, name: str, **arguments: Any) -> None:
        """Have JupyterLab do something, and do not wait for it."""
        call = "([name, arguments]) => { window.jupyterapp.commands.execute(name, arguments); }"
        self.page.evaluate(call, [name, arguments])

    def run(self, number: int) -> Any:
        """Run a cell, after what was done to widgets, and wait for its end; return its output."""
        # A widget keeps its second change until the kernel is done with its first.
        self.page.evaluate(_EXECUTE, "pass")
        self.page.locator(".jp-Notebook .jp-Cell .jp-InputArea-prompt").nth(number).click()
        self.command("notebook:run-cell")
        prompt = self.cell(number).locator(".jp-InputArea-prompt")
        prompt.get_by_text(re.compile(r"\[\d+\]")).wait_for()
        return self.output(number)

    def run_all(self) -> None:
        """Run all cells and wait for the end of the last."""
        self.command("notebook:run-all-cells")
        cells = self.page.locator(".jp-Notebook .jp-Cell")
        prompt = cells.last.locator(".jp-InputArea-prompt")
        prompt.get_by_text(re.compile(r"\[\d+\]")).wait_for()

    def fill(self, number: int, source: str) -> None:
        """Type something into an empty cell."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Escape")

    def save(self) -> None:
        """Save it, and wait until it is saved."""
        self.command("docmanager:save")
        self.eventually("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")

    def tab_to(self, name: str) -> list[str]:
        """Press Tab until a control has the focus; return those that had it on the way, and it."""
        passed: list[str] = []
        while name not in passed:
            assert len(passed) < _MOST_TABS, passed
            self.page.keyboard.press("Tab")
            passed.append(focused(self.page))
        return passed

    def cells(self) -> int:
        """Return how many cells there are."""
        found: int = self.page.locator(".jp-Notebook .jp-Cell").count()
        return found

    def cell(self, number: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, number: int) -> Any:
        return self.cell(number).locator(".jp-OutputArea")

    def text(self, number: int) -> str:
        """Run a cell, and return what it printed."""
        said: str = self.run(number).inner_text()
        return said.strip()


def focused(page: Any) -> str:
    """Return what is called what has the focus."""
    name: str = page.evaluate("""() => {
        const one = document.activeElement;
        return (one.labels?.[0] ?? one).textContent.trim();
    }""")
    return name


def nameless(output: Any) -> list[str]:
    """Return the controls of an output that have no accessible name."""
    return _NAMELESS.findall(output.aria_snapshot())


def options(control: Any) -> list[str]:
    """Return what a list or a box offers, with its indents, as ordinary spaces."""
    told = control.evaluate(f"one => {_OFFERED}")
    return [name.removesuffix(MARK).replace("\N{NO-BREAK SPACE}", " ") for name in told]


def offers(control: Any, name: str, *, instead_of: str = "") -> None:
    """Wait until a list or a box offers something, and no more what it offered before."""
    has_changed = f"""([one, name, old]) => {{
        const all = {_OFFERED};
        return all.some(text => text.includes(name)) && !(old && all.some(t => t.includes(old)));
    }}"""
    argument = [control.element_handle(), name, instead_of]
    control.page.wait_for_function(has_changed, arg=argument, polling=50)


def pick(control: Any, name: str) -> None:
    """Choose what a box offers, as a browser does: its popup does not exist without a screen."""
    offers(control, name)
    told = control.evaluate(f"one => {_OFFERED}")
    control.fill(next(text for text in told if text.strip().removesuffix(MARK) == name))


def empties(control: Any) -> None:
    """Wait until a box is ready for the next choice."""
    control.page.wait_for_function(
        "one => one.value === ''", arg=control.element_handle(), polling=50
    )


def chips(control: Any) -> Any:
    """Return the buttons beside a box, which are what is chosen."""
    return control.locator("xpath=../following-sibling::*[1]").get_by_role("button")


def choose(inside: Any, label: str, name: str) -> None:
    """Type one of the options of a box, and wait until it is taken."""
    box = inside.get_by_label(label, exact=True)
    box.fill(name)
    box.press("Enter")
    inside.get_by_label(label, exact=True).and_(inside.get_by_placeholder(name)).wait_for()
