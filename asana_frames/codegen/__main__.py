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
from asana_frames.codegen.problems import tell_place
from asana_frames.codegen.report import compare_catalogs
from asana_frames.codegen.spec import Spec
from asana_frames.exceptions import ConfigurationError

PACKAGE = Path(asana_frames.__file__).parent
OVERRIDES = PACKAGE / "catalog" / "overrides.toml"


def read_spec(path: Path) -> Spec:
    """Read an OpenAPI document.

    Raises
    ------
    ConfigurationError
        There is no such file, or it is no YAML or no OpenAPI document.
    """
    yaml = require("yaml", extra="dev")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(path.read_bytes(), Loader=loader)
    except (OSError, ValueError, yaml.YAMLError) as cause:
        raise ConfigurationError(f"{path} cannot be read: {cause}") from cause
    return Spec(document)


def build_catalog(spec: Spec, overrides: Path) -> Catalog:
    """Build the catalog of a spec.

    Raises
    ------
    click.ClickException
        The spec has something that overrides.toml must name (the message has the lines to add),
        or an override is not needed: the spec has caught up, or the entry is misspelt.
    """
    try:
        corrections = Overrides(overrides)
        with tell_place("The spec or overrides.toml"):
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
    """Replace the modules in ``folder`` by those of the catalog, once all are made."""
    texts = render_modules(catalog)
    for old in folder.glob("*.py"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def replace_generated(catalog: Catalog, package: Path) -> None:
    """Replace ``operations.json`` and ``resources/``, and tell what changes.

    Where the modules cannot be made, ``operations.json`` is left as it was.
    """
    committed = package / "catalog" / "operations.json"
    before = committed.read_bytes()
    # Written first: docstrings list the columns of the catalog that is loaded.
    committed.write_bytes(as_json(catalog))
    try:
        write_modules(catalog, package / "resources")
    except BaseException:
        committed.write_bytes(before)
        raise
    old = msgspec.json.decode(before, type=Catalog)
    click.echo("\n".join(compare_catalogs(old, catalog)) or "The catalog does not change.")


@click.command()
@click.argument("spec", required=False, type=click.Path(exists=True, path_type=Path))
def main(spec: Path | None) -> None:
    """Regenerate from SPEC, or from the committed catalog."""
    try:
        catalog = load() if spec is None else build_catalog(read_spec(spec), OVERRIDES)
        replace_generated(catalog, PACKAGE)
    except ConfigurationError as cause:
        raise click.ClickException(str(cause)) from cause
    click.echo(
        f"{len(catalog.resources)} resources, {len(catalog.operations)} operations, "
        f"{len(catalog.records)} record types"
    )


if __name__ == "__main__":
    main()
