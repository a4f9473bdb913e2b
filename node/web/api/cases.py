"""Cases in and out, as JSON or CSV."""

from typing import Final

from symbolon.node.domain.case_files import CaseFormat
from symbolon.node.domain.import_report import ImportChoices, ImportReport
from symbolon.node.web.api.operations import Blob, Call, Operation

_TYPES: Final = {CaseFormat.JSON: "application/json", CaseFormat.CSV: "text/csv; charset=utf-8"}


def _export(call: Call) -> Blob:
    form = call.params.choice("format", CaseFormat) or CaseFormat.JSON
    content = call.services.export_case(call.caller.actor, call.params.text("case_id"), form)
    return Blob(content, _TYPES[form], f"case.{form.value}")


def _import(call: Call) -> ImportReport:
    form = call.params.choice("format", CaseFormat) or CaseFormat.JSON
    choices = ImportChoices(revise_changed=call.params.truth("revise"))
    return call.services.import_case(call.caller.actor, call.body, form, choices)


CASES: Final = (
    Operation(
        "GET",
        "/cases/export",
        "Export a case",
        _export,
        params={"case_id": "The case.", "format": "json (usual) or csv."},
        description="Records in clear; JSON holds what other states gave too, as far as its handling lets it leave.",
    ),
    Operation(
        "POST",
        "/cases/import",
        "Import a case",
        _import,
        takes=bytes,
        gives=ImportReport,
        params={"format": "json (usual) or csv.", "revise": "true: take changed records as their next versions."},
        description="The body is the file, at most 16 MiB. Taken whole, or not at all with what is wrong in which row.",
    ),
)
