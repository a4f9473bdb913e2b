"""Files in PostgreSQL: each chunk a row of its own, sealed for that row; the manifest with its key sealed as well.

In the database, and not in files of the home: what is attached, released and purged is so in the transaction of the
act, web and worker may run on different machines, and a backup's one picture holds every file that its messages name.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.attachments import Attachment, AttachmentState
from symbolon.node.domain.hits import Direction
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "attachments")


class PostgresAttachments:
    """Files within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def begin(self, attachment: Attachment) -> bool:
        """Note a file that arrives; False when it is known."""
        row = self._tx.fetch_one(
            QUERIES["begin_attachment"],
            attachment_id=attachment.attachment_id,
            hit_id=attachment.hit_id,
            exchange_id=attachment.exchange_id,
            direction=attachment.direction.value,
            state=attachment.state.value,
            sealed_manifest=None if attachment.manifest is None else self._sealed(attachment.manifest),
            attached_by=attachment.attached_by,
            begun_at=attachment.begun_at,
        )
        return row is not None

    def add_chunk(self, attachment_id: AttachmentId, number: int, content: bytes) -> bool:
        """Keep a chunk's content, sealed; False where the file is gone meanwhile, or the chunk is here."""
        sealed = self._vault.seal(content, _chunk_place(attachment_id, number))
        row = self._tx.fetch_one(
            QUERIES["add_chunk"], attachment_id=attachment_id, number=number, sealed_content=sealed
        )
        return row is not None

    def chunk(self, attachment_id: AttachmentId, number: int) -> bytes | None:
        """The content of one chunk, opened."""
        sealed = self._tx.fetch_value(QUERIES["find_chunk"], attachment_id=attachment_id, number=number)
        return None if sealed is None else self._vault.open(bytes(sealed), _chunk_place(attachment_id, number))

    def chunks_here(self, attachment_id: AttachmentId) -> frozenset[int]:
        """Which chunks are here."""
        rows = self._tx.fetch_all(QUERIES["list_chunks"], attachment_id=attachment_id)
        return frozenset(row["number"] for row in rows)

    def complete(self, attachment_id: AttachmentId, manifest: AttachmentManifest) -> bool:
        """The file is whole, and this is what it is; False where it is gone meanwhile."""
        row = self._tx.fetch_one(
            QUERIES["complete_attachment"], attachment_id=attachment_id, sealed_manifest=self._sealed(manifest)
        )
        return row is not None

    def find(self, attachment_id: AttachmentId) -> Attachment | None:
        """One file."""
        row = self._tx.fetch_one(QUERIES["find_attachment"], attachment_id=attachment_id)
        return None if row is None else self._attachment(row)

    def of_hit(self, hit_id: HitId) -> tuple[Attachment, ...]:
        """The files of a hit, the oldest first."""
        return tuple(self._attachment(row) for row in self._tx.fetch_all(QUERIES["list_of_hit"], hit_id=hit_id))

    def release(self, attachment_id: AttachmentId, manifest: AttachmentManifest, now: datetime) -> None:
        """A second officer lets it go with this manifest."""
        self._tx.execute(
            QUERIES["release_attachment"],
            attachment_id=attachment_id,
            sealed_manifest=self._sealed(manifest),
            exchange_id=manifest.exchange_id,
            now=now,
        )

    def take_back(self, hit_id: HitId, attachment_ids: Collection[AttachmentId]) -> None:
        """Let nothing more go of what is not uploaded of a hit, nor of these files: released anew, or not."""
        self._tx.execute(QUERIES["take_back"], hit_id=hit_id, attachment_ids=list(attachment_ids))

    def to_move(self, now: datetime, limit: int) -> tuple[Attachment, ...]:
        """Files that are to be sent to the hub, or fetched from it, and whose time has come."""
        rows = self._tx.fetch_all(QUERIES["list_to_move"], now=now, limit=limit)
        return tuple(self._attachment(row) for row in rows)

    def postpone(self, attachment_id: AttachmentId, until: datetime) -> None:
        """Note a try that failed."""
        self._tx.execute(QUERIES["postpone"], attachment_id=attachment_id, until=until)

    def note_uploaded(self, attachment_id: AttachmentId, now: datetime) -> None:
        """The hub has every chunk."""
        self._tx.execute(QUERIES["note_uploaded"], attachment_id=attachment_id, now=now)

    def note_acknowledged(self, attachment_id: AttachmentId, now: datetime) -> None:
        """It is whole here, and the hub knows."""
        self._tx.execute(QUERIES["note_acknowledged"], attachment_id=attachment_id, now=now)

    def note_broken(self, attachment_id: AttachmentId, problem: Problem, now: datetime) -> None:
        """It cannot be had, or is not what its sender named: its chunks go, where they came from elsewhere."""
        attachment = self.find(attachment_id)
        self._tx.execute(QUERIES["note_broken"], attachment_id=attachment_id, problem=problem.value, now=now)
        if attachment is not None and attachment.direction is Direction.RECEIVED:
            self._tx.execute(QUERIES["remove_chunks"], attachment_id=attachment_id)

    def forget_abandoned(self, before: datetime) -> int:
        """Throw away what an officer's browser began to send and did not end; how many files."""
        return self._tx.execute(QUERIES["forget_abandoned"], before=before)

    def remove(self, attachment_id: AttachmentId) -> None:
        """Take one file away."""
        self._tx.execute(QUERIES["remove_attachment"], attachment_id=attachment_id)

    def purge(self, hit_id: HitId, directions: Sequence[Direction]) -> int:
        """Take away the files of a hit; how many."""
        return self._tx.execute(
            QUERIES["purge_attachments"], hit_id=hit_id, directions=[direction.value for direction in directions]
        )

    def _sealed(self, manifest: AttachmentManifest) -> bytes:
        return self._vault.seal(canonical_bytes(to_wire(manifest)), _manifest_place(manifest.attachment_id))

    def _attachment(self, row: Row) -> Attachment:
        attachment_id = AttachmentId(str(row["attachment_id"]))
        manifest = None
        if row["sealed_manifest"] is not None:
            plain = self._vault.open(bytes(row["sealed_manifest"]), _manifest_place(attachment_id))
            manifest = from_wire(AttachmentManifest, parse_json(plain))
        return Attachment(
            attachment_id=attachment_id,
            hit_id=HitId(str(row["hit_id"])),
            exchange_id=None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
            direction=Direction(row["direction"]),
            state=AttachmentState(row["state"]),
            manifest=manifest,
            attached_by=row["attached_by"],
            begun_at=row["begun_at"],
            released_at=row["released_at"],
            uploaded_at=row["uploaded_at"],
            acknowledged_at=row["acknowledged_at"],
            attempts=row["attempts"],
            problem=None if row["problem"] is None else Problem(row["problem"]),
        )


def _manifest_place(attachment_id: AttachmentId) -> Place:
    return Place("attachment", "sealed_manifest", attachment_id)


def _chunk_place(attachment_id: AttachmentId, number: int) -> Place:
    return Place("attachment_chunk", "sealed_content", f"{attachment_id} {number}")
