"""A node of its own, with records of every category."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from symbolon.node.bootstrap.opening import COMMAND, Node, NodeDraft, initialise, open_node
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome

MAPPING = {
    "record": {"local_id": "id", "case": "case", "kind": "person", "category": {"column": "role"}},
    "fields": {"names": ["name"], "birth_date": "born"},
}
ROWS = (
    "SUSPECT-1,C-1,Somchai Jaidee,1990-05-03,suspect",
    "VICTIM-1,C-1,Malee Srisuk,1985-01-20,victim",
    "WITNESS-1,C-1,Anong Chaiyasit,1979-11-30,witness",
    "MINOR-1,C-2,Niran Wongsa,2019-02-14,minor",
)


@dataclass
class Office:
    """A node, and what its clerks do with it."""

    node: Node
    folder: Path

    def write(self, *rows: str, revise: bool = False) -> ImportOutcome:
        file = self.folder / "records.csv"
        file.write_text("\n".join(("id,case,name,born,role", *rows, "")), encoding="utf-8")
        mapping = parse_mapping(MAPPING)
        choices = ImportChoices(revise_changed=revise)
        return self.node.services.import_records(COMMAND, mapping, CsvRows(file, mapping.file), choices).outcome

    def everything_stored(self) -> str:
        """Every row of every table, as text."""
        from psycopg import connect, sql

        with connect(self.node.settings.conninfo) as connection:
            tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
            rows = [
                str(row)
                for (table,) in tables
                for row in connection.execute(
                    sql.SQL("select stored::text from {} as stored").format(sql.Identifier(table))
                )
            ]
        return "\n".join(rows)

    def reopen(self) -> None:
        """As a process that starts anew."""
        self.node.database.close()
        self.node = open_node(self.node.home, "command")


@pytest.fixture
def office(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[Office]:
    settings: dict[str, str | int] = {"code": "XA", "name": "Amara", "database": fresh_database("vault")}
    node = initialise(PartyHome(tmp_path / "xa"), NodeDraft(MemberCode("XA"), "Amara", settings, ("localhost",)))
    office = Office(node, tmp_path)
    office.write(*ROWS)
    yield office
    office.node.database.close()
