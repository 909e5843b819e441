"""Draw every chart in nine settings, as pictures to look at.

``python -m tests.contact_sheet FOLDER [CHART ...]`` writes one picture per chart, and prints what
is wrong with its texts.
"""

from __future__ import annotations

import sys
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import image, pyplot

from tests.charts.samples import make_samples
from tests.charts.settings import CHARTS, SETTINGS, draw_in, find_layout_faults

#: Inches of a picture in the sheet, and pictures in a row.
_WIDTH, _COLUMNS = 7.0, 3


def main(folder: Path, names: list[str]) -> None:
    """Draw the charts of some names, or all, into a folder."""
    matplotlib.use("agg")
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    samples = make_samples(names or CHARTS)
    for name, frame in samples.items():
        pictures = {setting: _draw(setting, name, frame) for setting in SETTINGS}
        _write_sheet(pictures, folder / f"{name}.png")


def _draw(setting: str, name: str, frame: Any) -> Any:
    with draw_in(SETTINGS[setting], name, frame) as ax:
        for fault in find_layout_faults(ax.figure):
            print(f"{name}, {setting}: {fault}")
        file = BytesIO()
        ax.figure.savefig(file, dpi=80)
        file.seek(0)
        return image.imread(file)


def _write_sheet(pictures: dict[str, Any], path: Path) -> None:
    rows = -(-len(pictures) // _COLUMNS)
    figure = pyplot.figure(
        figsize=(_WIDTH * _COLUMNS, 0.62 * _WIDTH * rows), layout="tight", facecolor="#cccccc"
    )
    for number, (setting, picture) in enumerate(pictures.items(), 1):
        place = figure.add_subplot(rows, _COLUMNS, number)
        place.imshow(picture)
        place.set_title(setting, fontsize=9)
        place.set_axis_off()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
