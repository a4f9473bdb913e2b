-- Files that belong to a hit, in chunks of 1 MiB of content, each sealed for its row under the node's data keys: what is
-- purged goes in the transaction of the act, and a backup of the database holds what the messages name.

create table attachment (
    attachment_id uuid primary key,
    hit_id uuid not null references hit,
    exchange_id uuid,
    direction text not null check (direction in ('sent', 'received')),
    -- arriving: from an officer's browser, or from the hub; complete: whole and compared with its digest;
    -- broken: what came is not what its sender named.
    state text not null check (state in ('arriving', 'complete', 'broken')),
    -- The manifest in its wire form: name, type, size, digest, the key of its chunks, handling code, marks. Null while a
    -- file arrives from a browser, of which nobody knows the size yet.
    sealed_manifest bytea,
    attached_by text,
    begun_at timestamptz not null,
    -- Sent: when a second officer let it go; when the hub had every chunk.
    released_at timestamptz,
    uploaded_at timestamptz,
    -- Received: when the sender's hub was told that it is whole here.
    acknowledged_at timestamptz,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    problem text
);

create index attachment_by_hit on attachment (hit_id, begun_at);
create index attachment_to_move on attachment (next_attempt_at)
    where (direction = 'sent' and released_at is not null and uploaded_at is null)
       or (direction = 'received' and acknowledged_at is null);

create table attachment_chunk (
    attachment_id uuid not null references attachment on delete cascade,
    number integer not null check (number between 0 and 199),
    sealed_content bytea not null,
    primary key (attachment_id, number)
);

-- Ciphertext does not get smaller: it is stored as it is, outside its row.
alter table attachment_chunk alter column sealed_content set storage external;
