"""Writes the report of an evaluation as one HTML file that needs nothing else: no script, nothing from elsewhere."""

import os
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from symbolon.node.errors import MappingMistake
from symbolon.node.services.evaluation_report import EvaluationReport


def write_page(path: Path, report: EvaluationReport, schema: str, digest: str) -> None:
    """Write the page, readable by its owner alone: it holds names in clear.

    Raises:
        MappingMistake: the file cannot be written, or is there already.

    """
    pages = Environment(
        loader=PackageLoader("symbolon.node.cli"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = pages.get_template("evaluation_report.html").render(report=report, schema=schema, digest=digest)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MappingMistake(f"{path.name} is there already: give the report another name, or remove it") from None
    except OSError:
        raise MappingMistake(f"{path.name} cannot be written: check its folder") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
