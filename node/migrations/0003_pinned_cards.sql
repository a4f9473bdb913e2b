-- A member's card is pinned when it is first seen: what the hub says later in its place is kept apart until somebody here
-- has compared it with the member itself.
create table pinned_card (
    code text primary key,
    body bytea not null,
    pinned_at timestamptz not null
);

create table refused_card (
    code text primary key references pinned_card,
    body bytea not null,
    refused_at timestamptz not null
);

insert into pinned_card (code, body, pinned_at)
select card ->> 'code', convert_to(card::text, 'UTF8'), fetched_at
from member_directory, jsonb_array_elements(convert_from(body, 'UTF8')::jsonb -> 'members') as card;

-- A linkage key that another member sent, still sealed: taken once its sender's fingerprint was compared. The newest counts.
create table linkage_key_offer (
    sender text primary key,
    envelope bytea not null,
    issued_at timestamptz not null,
    received_at timestamptz not null
);
