"""Files that come in parts, in PostgreSQL: each part sealed."""

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from symbolon.node.domain.api_uploads import Upload, UploadDraft, UploadPlace
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.references import AttachmentId, HitId, RequestId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "uploads")


class PostgresUploads:
    """Uploads within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, upload: Upload, now: datetime) -> None:
        """Store an upload of which nothing has come."""
        draft = upload.draft
        about = {"exchange_id": draft.exchange_id, "name": draft.file_name, "handling": draft.handling_code.value}
        self._tx.execute(
            QUERIES["add_upload"],
            upload_id=upload.upload_id,
            client_id=upload.client_id,
            hit_id=draft.hit_id,
            sealed_about=self._vault.seal(json.dumps(about).encode(), _about(upload.upload_id)),
            size=draft.size,
            begun_at=now,
        )

    def find(self, client_id: UUID, place: UploadPlace) -> Upload | None:
        """One upload of a client."""
        row = self._tx.fetch_one(QUERIES["find_upload"], client_id=client_id, hit_id=place[0], upload_id=place[1])
        if row is None:
            return None
        about = json.loads(self._vault.open(bytes(row["sealed_about"]), _about(place[1])))
        exchange = about["exchange_id"]
        return Upload(
            upload_id=place[1],
            client_id=client_id,
            draft=UploadDraft(
                hit_id=HitId(str(row["hit_id"])),
                exchange_id=None if exchange is None else RequestId(exchange),
                file_name=about["name"],
                size=row["size"],
                handling_code=HandlingCode(about["handling"]),
            ),
            received=row["received"],
            attachment_id=None if row["attachment_id"] is None else AttachmentId(str(row["attachment_id"])),
        )

    def lock(self, upload_id: UUID) -> None:
        """Let nobody else change it until the transaction ends."""
        self._tx.fetch_one(QUERIES["lock_upload"], upload_id=upload_id)

    def add_part(self, upload_id: UUID, starts_at: int, part: bytes) -> None:
        """Store the next part."""
        self._tx.execute(
            QUERIES["add_part"],
            upload_id=upload_id,
            starts_at=starts_at,
            length=len(part),
            sealed_bytes=self._vault.seal(part, _part(upload_id, starts_at)),
        )

    def parts(self, upload_id: UUID) -> tuple[int, ...]:
        """Where the parts begin, in order."""
        return tuple(row["starts_at"] for row in self._tx.fetch_all(QUERIES["list_parts"], upload_id=upload_id))

    def part(self, upload_id: UUID, starts_at: int) -> bytes | None:
        """One part."""
        row = self._tx.fetch_one(QUERIES["read_part"], upload_id=upload_id, starts_at=starts_at)
        return None if row is None else self._vault.open(bytes(row["sealed_bytes"]), _part(upload_id, starts_at))

    def finish(self, upload_id: UUID, attachment_id: AttachmentId) -> None:
        """The file is attached; its parts are not needed any more."""
        self._tx.execute(QUERIES["finish_upload"], upload_id=upload_id, attachment_id=attachment_id)

    def remove(self, upload_id: UUID) -> None:
        """Given up."""
        self._tx.execute(QUERIES["remove_upload"], upload_id=upload_id)

    def forget(self, before: datetime) -> int:
        """Take away what was begun before; how many they were."""
        return self._tx.execute(QUERIES["forget_uploads"], before=before)


def _about(upload_id: UUID) -> Place:
    return Place("api_upload", "sealed_about", str(upload_id))


def _part(upload_id: UUID, starts_at: int) -> Place:
    return Place("api_upload_part", "sealed_bytes", f"{upload_id} {starts_at}")
