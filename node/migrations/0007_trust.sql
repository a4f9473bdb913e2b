-- Membership by co-signed directories, keys that are renewed, linkage keys made by ceremony, epochs side by side.
-- A federation of before has no co-signed directory: its members enrol anew.
drop table refused_card;
drop table pinned_card;
drop table linkage_key_offer;
drop table member_directory;

-- What the welcome said, and what came of it; one row.
create table membership (
    only_row boolean primary key default true check (only_row),
    federation text not null,
    exercise boolean not null,
    hub_signing_key bytea not null,
    joined_at timestamptz not null,
    -- When somebody here signed a version or compared its fingerprint with a member; null: the hub alone says who the
    -- members are, so this node takes part in no linkage key.
    confirmed_at timestamptz,
    -- Which life of the hub last spoke: another one after the hub was restored from a backup.
    hub_incarnation text
);

-- Every version of the directory, with its signatures: the chain from the founding on, none changed, none left out.
create table directory_version (
    version integer primary key check (version >= 1),
    digest text not null unique,
    body bytea not null,
    epochs integer[] not null,
    taken_at timestamptz not null
);

-- The version that the hub proposes, as it was last seen; one row, or none.
create table directory_proposal (
    only_row boolean primary key default true check (only_row),
    body bytea not null,
    seen_at timestamptz not null
);

-- Cards whose fingerprint somebody here compared with the member itself; it covers the whole card.
create table compared_card (
    code text not null,
    fingerprint text not null,
    compared_by text not null,
    compared_at timestamptz not null,
    primary key (code, fingerprint)
);

-- What this node did in the ceremony for an epoch's linkage key, each step once: joined, sent one message to one member,
-- agreed. What was said in it, and the contributions, lie sealed in keys/ and not here.
create table ceremony_step (
    epoch integer not null check (epoch >= 1),
    attempt integer not null check (attempt >= 1),
    step text not null,
    -- To whom a message went; '' for what this node did by itself.
    member text not null,
    done_at timestamptz not null,
    primary key (epoch, attempt, step, member)
);

-- What the hub has of each record under each epoch that the directory lists.
create table record_encoding (
    reference uuid not null references record,
    epoch integer not null,
    version integer not null,
    state text not null check (state in ('queued', 'at-hub', 'refused')),
    problem text,
    answered_at timestamptz,
    primary key (reference, epoch),
    check ((state = 'refused') = (problem is not null))
);

create index record_encoding_by_epoch on record_encoding (epoch, state);

-- The hub's signed word that the encodings of a closed epoch are gone (invariant 7).
create table epoch_receipt (
    message_id uuid primary key,
    epoch integer not null,
    erased_encodings integer not null,
    records integer not null,
    erased_at timestamptz not null,
    envelope bytea not null
);

alter table outbox_item add column key_epoch integer;

alter table outbox_message drop constraint outbox_message_kind_check;
alter table outbox_message add constraint outbox_message_kind_check check (
    kind in (
        'vote', 'request', 'reply', 'hold', 'linkage-key', 'key-commitment', 'key-reveal', 'key-confirmation'
    )
);
-- Messages of one lane (to one party, about one hit or about none) go out strictly in order.
create index outbox_message_lane on outbox_message (audience, hit_id, place) where delivered_at is null;

-- The newest message accepted from a member about a hit (or about none), by its time of issue: none older is taken.
create table sender_lane (
    sender text not null,
    topic text not null,
    newest_issued_at timestamptz not null,
    primary key (sender, topic)
);

-- Which delivery brought a member's message: the same message in another delivery is a replay.
create table sender_message (
    sender text not null,
    message_id uuid not null,
    delivery_id uuid not null,
    primary key (sender, message_id)
);
