-- Records of victims, witnesses and minors, and what officers wrote about hits, are sealed under the node key's data keys.
-- What was stored before is sealed by the program when it next opens the database, before anything else is done.

-- `sealed` holds the local id, the identifiers and the digest of the content (which would let guesses be tried).
-- `lookup` is a keyed digest of the local id: by it a record is found, whether or not it is sealed.
alter table record
    add column sealed bytea,
    add column lookup bytea unique check (octet_length(lookup) = 32),
    alter column local_id drop not null,
    alter column identifiers drop not null,
    alter column content_digest drop not null,
    add constraint record_sealed_whole check (
        (sealed is null and local_id is not null and identifiers is not null and content_digest is not null)
        or (sealed is not null and local_id is null and identifiers is null and content_digest is null)
    ),
    -- Not valid: of the rows that are there already, the program seals them first.
    add constraint record_of_the_protected_is_sealed check (
        (sealed is not null) = (category is not null and category in ('victim', 'witness', 'minor'))
    ) not valid,
    add constraint record_has_lookup check (lookup is not null) not valid;

alter table vote
    add column sealed_reason bytea,
    alter column reason drop not null,
    add constraint vote_reason_is_sealed check (reason is null and sealed_reason is not null) not valid;

alter table exchange_request
    add column sealed_content bytea,
    alter column content drop not null,
    add constraint request_is_sealed check (content is null and sealed_content is not null) not valid;

alter table exchange_reply
    add column sealed_content bytea,
    alter column content drop not null,
    add constraint reply_is_sealed check (content is null and sealed_content is not null) not valid;

-- That this database was restored from a backup, and whether the node has agreed with the hub since; one row.
create table restoration (
    only_row boolean primary key default true check (only_row),
    backup_made_at timestamptz not null,
    restored_at timestamptz not null,
    reconciled_at timestamptz
);

-- The hub's incarnation that this node knows, and how far it is with telling it what it forgot; one row.
create table hub_life (
    only_row boolean primary key default true check (only_row),
    incarnation uuid not null,
    step text not null check (step in ('tell', 'send', 'votes', 'done')),
    noted_at timestamptz not null
);

-- Votes of this side that are out, and whose words were lost in a restore: cast again, they stay here.
create table lost_vote (
    hit_id uuid not null references hit,
    round integer not null check (round >= 1),
    primary key (hit_id, round)
);
