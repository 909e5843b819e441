"""Rewrite ``catalog/operations.json`` and ``resources/``.

With a spec, rewrite both and print what is new, changed and removed; without, rewrite
``resources/`` from the committed catalog, which must change nothing.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

import asana_frames
from asana_frames._optional import require
from asana_frames.catalog import Catalog, load
from asana_frames.codegen.build import Builder
from asana_frames.codegen.modules import render_modules
from asana_frames.codegen.overrides import Overrides
from asana_frames.codegen.report import compare_catalogs
from asana_frames.codegen.spec import Spec
from asana_frames.exceptions import ConfigurationError

PACKAGE = Path(asana_frames.__file__).parent


def read_spec(path: Path) -> Spec:
    """Read an OpenAPI document."""
    yaml = require("yaml", extra="dev")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Spec(yaml.load(path.read_bytes(), Loader=loader))


def build_catalog(spec: Spec, overrides: Path) -> Catalog:
    """Build the catalog of a spec.

    Raises
    ------
    click.ClickException
        The spec has something that overrides.toml must name (the message has the lines to add),
        or an override is not needed: the spec has caught up, or the entry is misspelt.
    """
    corrections = Overrides(overrides)
    try:
        catalog = Builder(spec, corrections).catalog()
    except ConfigurationError as cause:
        raise click.ClickException(str(cause)) from cause
    if unused := corrections.unused():
        raise click.ClickException(
            "These entries of overrides.toml change nothing; delete or mend them:\n"
            + "\n".join(unused)
        )
    return catalog


def as_json(catalog: Catalog) -> bytes:
    """Return the text of ``operations.json``."""
    return msgspec.json.format(msgspec.json.encode(catalog), indent=1) + b"\n"


def write_modules(catalog: Catalog, folder: Path) -> None:
    """Replace the modules in ``folder`` by those of the catalog."""
    texts = render_modules(catalog)
    for old in folder.glob("*.py"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


@click.command()
@click.argument("spec", required=False, type=click.Path(exists=True, path_type=Path))
def main(spec: Path | None) -> None:
    """Regenerate from SPEC, or from the committed catalog."""
    catalog_folder = PACKAGE / "catalog"
    if spec is not None:
        committed = catalog_folder / "operations.json"
        old = msgspec.json.decode(committed.read_bytes(), type=Catalog)
        catalog = build_catalog(read_spec(spec), catalog_folder / "overrides.toml")
        committed.write_bytes(as_json(catalog))
        click.echo("\n".join(compare_catalogs(old, catalog)) or "The spec changes nothing.")
    else:
        catalog = load()
    write_modules(catalog, PACKAGE / "resources")
    click.echo(
        f"{len(catalog.resources)} resources, {len(catalog.operations)} operations, "
        f"{len(catalog.records)} record types"
    )


if __name__ == "__main__":
    main()
