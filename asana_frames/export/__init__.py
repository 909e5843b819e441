"""Write frames to files: complete files only, and no text that a spreadsheet runs as a formula."""

from asana_frames.export.csv import to_csv
from asana_frames.export.excel import to_excel
from asana_frames.export.html import to_html
from asana_frames.export.json import to_json
from asana_frames.export.markdown import to_markdown
from asana_frames.export.parquet import to_parquet
from asana_frames.export.parts import to_parquet_parts
from asana_frames.export.text import as_text

__all__ = [
    "as_text",
    "to_csv",
    "to_excel",
    "to_html",
    "to_json",
    "to_markdown",
    "to_parquet",
    "to_parquet_parts",
]


def __dir__() -> list[str]:
    return list(__all__)
