-- What is on its way to a second officer before it leaves the state. The words are sealed, with their digest and remarks.
create table release_draft (
    draft_id uuid primary key,
    hit_id uuid not null references hit,
    -- Of a request: the exchange that it opens once it is released.
    exchange_id uuid,
    purpose text not null,
    state text not null check (state in ('draft', 'submitted', 'returned', 'sent', 'discarded')),
    drafted_by text not null,
    -- The offices that the drafter held then: four eyes are judged by them.
    offices text[] not null,
    drafted_at timestamptz not null,
    submitted_at timestamptz,
    decided_by text,
    version integer not null check (version >= 1),
    sealed_content bytea not null,
    -- The message that it became: where the hub refuses that, the draft is given back.
    message_id uuid unique,
    check (drafted_by is distinct from decided_by or state <> 'sent')
);

create index release_draft_of_hit on release_draft (hit_id, exchange_id);
create index release_draft_open on release_draft (state) where state in ('draft', 'submitted', 'returned');

-- Contacts about a record's subject on other channels, entered by hand; by whom and with whom is sealed with the words.
create table past_contact (
    contact_id uuid primary key,
    reference uuid not null references record,
    entered_by text not null,
    sealed_content bytea not null
);

create index past_contact_of_record on past_contact (reference);
