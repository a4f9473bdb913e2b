-- A node's own tables: records in clear, on the state's own soil, and everything on its way out or in.

create table case_file (
    case_id text primary key check (case_id <> ''),
    created_at timestamptz not null
);

create table record (
    reference uuid primary key,
    -- The state's own id of the record; the reference is its opaque name towards the hub, for good.
    local_id text not null unique,
    case_id text references case_file,
    kind text not null,
    identifiers jsonb not null,
    -- Null: nobody has said yet whose record this is; such a record is never published (invariant 6).
    category text check (category in ('suspect', 'victim', 'witness', 'minor', 'unknown')),
    offence_group text not null,
    urgency text not null check (urgency in ('U1', 'U2', 'U3')),
    given_review_date date,
    review_date date not null,
    compare_mode text not null check (compare_mode in ('all', 'only', 'except')),
    compare_members text[] not null,
    version integer not null check (version >= 1),
    content_digest bytea not null check (octet_length(content_digest) = 32),
    publication text not null
        check (publication in ('unpublished', 'queued', 'published', 'refused', 'withdrawing', 'withdrawn')),
    -- The newest version that the hub accepted and was not told to withdraw; null when it holds none.
    hub_version integer,
    refusal text,
    changed_at timestamptz not null,
    check (publication not in ('queued', 'published') or category is not null),
    check ((compare_mode = 'all') = (cardinality(compare_members) = 0))
);

create index record_by_publication on record (publication, reference);
create index record_by_review_date on record (review_date) where publication in ('queued', 'published');
create index record_by_case on record (case_id);

create table import_run (
    run_id uuid primary key,
    imported_by text not null,
    imported_at timestamptz not null,
    file_digest bytea not null,
    outcome text not null,
    row_count integer not null,
    new_count integer not null,
    revised_count integer not null,
    bad_count integer not null
);

-- Submission and withdrawal items, written in the transaction of the record they speak of; sent strictly in order of id.
create table outbox_item (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('submission', 'withdrawal')),
    reference uuid not null references record,
    version integer not null,
    -- Canonical JSON of the item; erased once the hub has answered.
    payload bytea,
    batch_id uuid,
    created_at timestamptz not null,
    delivered_at timestamptz,
    problem text
);

create index outbox_item_unsent on outbox_item (id) where batch_id is null;
create index outbox_item_of_batch on outbox_item (batch_id) where batch_id is not null;
create index outbox_item_of_record on outbox_item (reference);

-- A formed batch: its id and body never change, so that the hub can tell a repetition from a new one.
create table outbox_batch (
    batch_id uuid primary key,
    place bigint generated always as identity,
    kind text not null check (kind in ('submission', 'withdrawal')),
    body bytea,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    delivered_at timestamptz,
    problem text
);

create index outbox_batch_open on outbox_batch (place) where delivered_at is null;

-- Messages to the hub or, sealed, to another member; each on its own.
create table outbox_message (
    message_id uuid primary key,
    place bigint generated always as identity,
    kind text not null check (kind in ('vote', 'request', 'reply', 'hold', 'linkage-key')),
    audience text not null,
    hit_id uuid,
    body bytea,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    delivered_at timestamptz,
    problem text
);

create index outbox_message_open on outbox_message (next_attempt_at) where delivered_at is null;

-- Deliveries that were taken: a delivery that comes again is known by its id.
create table inbox_delivery (
    delivery_id uuid primary key,
    place bigint generated always as identity,
    received_at timestamptz not null,
    state text not null check (state in ('done', 'waiting', 'refused')),
    hit_id uuid,
    problem text,
    -- Kept while the delivery waits for another, and for good where it was refused: nothing acknowledged is lost.
    envelope bytea,
    check ((state = 'done') = (envelope is null)),
    check ((state = 'refused') = (problem is not null))
);

create index inbox_delivery_waiting on inbox_delivery (hit_id, place) where state = 'waiting';

create table hit (
    hit_id uuid primary key,
    own_reference uuid not null references record,
    counterpart text not null,
    counterpart_reference uuid not null,
    joint_state text not null,
    side_state text not null,
    round integer not null,
    band text not null,
    agreement jsonb not null,
    counterpart_offence_group text not null,
    counterpart_record_kind text not null,
    urgency text not null,
    protected boolean not null,
    non_punishment boolean not null,
    exercise boolean not null,
    schema_id text not null,
    key_epoch integer not null,
    detected_at timestamptz not null,
    alerted_at timestamptz not null,
    state_since timestamptz not null,
    state_version integer not null
);

create index hit_by_own_reference on hit (own_reference);

create table vote (
    hit_id uuid not null references hit,
    round integer not null check (round >= 1),
    side text not null check (side in ('own', 'counterpart')),
    verdict text not null check (verdict in ('SAME', 'DIFFERENT', 'UNSURE')),
    reason text not null,
    voted_at timestamptz not null,
    voter text,
    primary key (hit_id, round, side)
);

create table exchange_request (
    request_id uuid primary key,
    hit_id uuid not null references hit,
    direction text not null check (direction in ('sent', 'received')),
    content jsonb not null,
    requested_at timestamptz not null
);

create index exchange_request_by_hit on exchange_request (hit_id, requested_at);

create table exchange_reply (
    request_id uuid primary key references exchange_request,
    content jsonb not null,
    replied_at timestamptz not null
);

-- What the hub signed: kept as it came, so that a third party can check it.
create table receipt (
    batch_id uuid primary key references outbox_batch,
    kind text not null,
    envelope bytea not null,
    received_at timestamptz not null
);

create table withdrawal_outcome (
    batch_id uuid not null references receipt,
    reference uuid not null references record,
    erased_encodings integer not null,
    hits_closed integer not null,
    withdrawn_at timestamptz not null,
    problem text,
    primary key (batch_id, reference)
);

create index withdrawal_outcome_by_record on withdrawal_outcome (reference);

-- The newest directory that the hub signed; one row.
create table member_directory (
    only_row boolean primary key default true check (only_row),
    directory_version integer not null,
    body bytea not null,
    fetched_at timestamptz not null
);
