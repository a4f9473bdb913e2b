-- How long what is kept is kept: reviews, legal holds, purging at every holder, and what was done for data subjects.

-- Why a record's review date was moved. The words are sealed; the code alone is in the audit log too.
create table record_renewal (
    renewal_id uuid primary key,
    reference uuid not null references record,
    due_before date not null,
    due_after date not null,
    reason text not null,
    sealed_text bytea not null,
    login text not null,
    renewed_at timestamptz not null
);

create index record_renewal_by_record on record_renewal (reference, renewed_at);

-- Why somebody took a record back; one row for each time.
create table record_withdrawal (
    withdrawal_id uuid primary key,
    reference uuid not null references record,
    ground text not null,
    sealed_text bytea not null,
    login text not null,
    withdrawn_at timestamptz not null
);

create index record_withdrawal_by_record on record_withdrawal (reference, withdrawn_at);

-- A legal hold stops expiry, weeding and erasure of its record while `lifted_at` is null; at most one lies on a record.
create table legal_hold (
    hold_id uuid primary key,
    reference uuid not null references record,
    set_by text not null,
    set_at timestamptz not null,
    sealed_reason bytea not null,
    lifted_by text,
    lifted_at timestamptz,
    sealed_lifting bytea,
    check ((lifted_at is null) = (lifted_by is null)),
    check ((lifted_at is null) = (sealed_lifting is null))
);

create unique index legal_hold_in_force on legal_hold (reference) where lifted_at is null;

-- The day by which a message's sender wants it deleted; null for most.
alter table exchange_message add column delete_by date;
create index exchange_message_to_delete on exchange_message (delete_by) where delete_by is not null;

-- What a data subject's erasure leaves of a record: its opaque reference, so that the hub's and the peers' receipts have
-- something to stand at. No row of it names anybody.
alter table record add column erased_at timestamptz;
create index record_by_review_in_queue on record (review_date) where erased_at is null;

-- Each purge of what was exchanged about a hit (or in one exchange of it). `asked` by this node, which waits for the
-- other's receipt; or `owed` by this node, which purges, and gives one.
create table purge (
    purge_id uuid primary key,
    hit_id uuid not null references hit,
    exchange_id uuid,
    direction text not null check (direction in ('asked', 'owed')),
    holder text not null,
    -- Owed, and begun before the other side asked: no receipt is given until it does.
    by_itself boolean not null default false,
    reason text not null check (reason in ('withdrawn', 'recalled', 'delete-by', 'data-subject')),
    asked_at timestamptz not null,
    due_at timestamptz not null,
    -- A holder's word: that it purged, or that a legal hold keeps it from doing so.
    kept_by_law_at timestamptz,
    purged_at timestamptz,
    purged jsonb,
    -- Asked: the message that carries the request. Owed: the one that carries the receipt.
    message_id uuid
);

create unique index purge_once on purge (hit_id, coalesce(exchange_id, hit_id), direction, reason, holder);
create index purge_open on purge (direction, due_at) where purged_at is null;

-- A request of a data subject and what was done for it: no word of whom it was about, but the records' references.
create table data_subject_act (
    act_id uuid primary key,
    kind text not null check (kind in ('exported', 'corrected', 'erased')),
    reference uuid not null references record,
    login text not null,
    done_at timestamptz not null,
    counts jsonb not null
);

create index data_subject_act_by_record on data_subject_act (reference, done_at);
