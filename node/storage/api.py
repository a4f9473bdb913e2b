"""The API's clients and their acts in PostgreSQL; what an act came to is sealed, for answers may name records."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Final
from uuid import UUID

from symbolon.node.domain.actors import parse_roles
from symbolon.node.domain.api_acts import ActKey, StoredAnswer
from symbolon.node.domain.api_clients import ApiClient, Scope
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "api")


class PostgresApiClients:
    """Clients within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, client: ApiClient) -> bool:
        """Store a client; False when one had this name at any time."""
        row = self._tx.fetch_one(
            QUERIES["add_client"],
            client_id=client.client_id,
            name=client.name,
            roles=sorted(client.roles),
            scopes=sorted(client.scopes),
            token_digest=client.token_digest,
            added_by=client.added_by,
            added_at=client.added_at,
            expires_at=client.expires_at,
        )
        return row is not None

    def find(self, client_id: UUID) -> ApiClient | None:
        """One client, revoked or not."""
        row = self._tx.fetch_one(QUERIES["find_client"], client_id=client_id)
        return None if row is None else _client(row)

    def lock_named(self, name: str) -> ApiClient | None:
        """One client that is about to change."""
        row = self._tx.fetch_one(QUERIES["lock_client"], name=name)
        return None if row is None else _client(row)

    def list(self) -> tuple[ApiClient, ...]:
        """Every client that ever was, by name."""
        return tuple(map(_client, self._tx.fetch_all(QUERIES["list_clients"])))

    def grant(self, client_id: UUID, login: str, now: datetime) -> None:
        """A protection officer lets it see protected hits."""
        self._tx.execute(QUERIES["grant_client"], client_id=client_id, login=login, now=now)

    def revoke(self, client_id: UUID, login: str, now: datetime) -> None:
        """Its token opens nothing any more."""
        self._tx.execute(QUERIES["revoke_client"], client_id=client_id, login=login, now=now)

    def note_use(self, client_id: UUID, now: datetime) -> None:
        """Its token was shown."""
        self._tx.execute(QUERIES["note_use"], client_id=client_id, now=now)


class PostgresApiActs:
    """Acts under a key within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def begin(self, key: ActKey, request_digest: bytes, now: datetime) -> bool:
        """Take a key; False when it is taken. Waits for an act under the same key that is under way."""
        row = self._tx.fetch_one(
            QUERIES["begin_act"], client_id=key.client_id, key=key.key, request_digest=request_digest, acted_at=now
        )
        return row is not None

    def find(self, key: ActKey) -> tuple[bytes, StoredAnswer] | None:
        """The digest of the request that took the key, and its answer."""
        row = self._tx.fetch_one(QUERIES["find_act"], client_id=key.client_id, key=key.key)
        if row is None or row["sealed_answer"] is None:
            return None
        kept = json.loads(self._vault.open(bytes(row["sealed_answer"]), _place(key)))
        answer = StoredAnswer(kept["status"], b64decode(kept["body"]), kept["etag"], kept["location"])
        return bytes(row["request_digest"]), answer

    def finish(self, key: ActKey, answer: StoredAnswer) -> None:
        """Keep the answer, in the transaction of the act."""
        kept = {
            "status": answer.status,
            "body": b64encode(answer.body).decode("ascii"),
            "etag": answer.etag,
            "location": answer.location,
        }
        sealed = self._vault.seal(json.dumps(kept).encode(), _place(key))
        self._tx.execute(QUERIES["finish_act"], client_id=key.client_id, key=key.key, sealed_answer=sealed)

    def forget(self, before: datetime) -> int:
        """Take away what is older; how many they were."""
        return self._tx.execute(QUERIES["forget_acts"], before=before)


def _place(key: ActKey) -> Place:
    return Place("api_act", "sealed_answer", f"{key.client_id} {key.key}")


def _client(row: Row) -> ApiClient:
    return ApiClient(
        client_id=row["client_id"],
        name=row["name"],
        roles=parse_roles(row["roles"]),
        scopes=frozenset(scope for scope in Scope if scope.value in row["scopes"]),
        token_digest=bytes(row["token_digest"]),
        added_by=row["added_by"],
        added_at=row["added_at"],
        expires_at=row["expires_at"],
        protected_by=row["protected_by"],
        protected_at=row["protected_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )
