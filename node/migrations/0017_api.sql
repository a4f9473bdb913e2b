-- The programs of this state that act here by the API, what they said twice, and the addresses that are told of news.
create table api_client (
    client_id uuid primary key,
    -- Given once: the audit log names the client by it.
    name text not null unique,
    roles text[] not null,
    scopes text[] not null,
    -- SHA-256 of the secret half of its token; the token itself is kept nowhere.
    token_digest bytea not null check (octet_length(token_digest) = 32),
    added_by text not null,
    added_at timestamptz not null,
    expires_at timestamptz not null,
    -- The protection officer who let it see victims' and minors' hits; null: it sees none.
    protected_by text,
    protected_at timestamptz,
    revoked_by text,
    revoked_at timestamptz,
    last_used_at timestamptz
);

-- What an act of the API came to, for a day: the same key again gets the same answer, and nothing is done twice.
create table api_act (
    client_id uuid not null references api_client,
    key text not null,
    request_digest bytea not null check (octet_length(request_digest) = 32),
    -- Null only within the transaction of the act.
    sealed_answer bytea,
    acted_at timestamptz not null,
    primary key (client_id, key)
);
create index api_act_by_age on api_act (acted_at);

-- An own system that is told of what happens to hits: ids, states and counts, never what anybody wrote.
create table webhook (
    webhook_id uuid primary key,
    url text not null,
    sealed_secret bytea not null,
    -- Whom it trusts, as PEM; null: the authorities of the machine.
    authority text,
    -- A protection officer registered it: it is told of victims' and minors' hits too.
    protected boolean not null,
    added_by text not null,
    added_at timestamptz not null,
    removed_at timestamptz
);

-- What is to be told, in the order in which it happened; written in the transaction of what happened.
create table webhook_event (
    event_id uuid primary key default gen_random_uuid(),
    place bigint generated always as identity,
    webhook_id uuid not null references webhook,
    -- Null: a trial that somebody asked for.
    hit_id uuid,
    payload jsonb not null,
    happened_at timestamptz not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    delivered_at timestamptz,
    given_up_at timestamptz,
    last_failure text
);
create unique index webhook_event_in_order on webhook_event (webhook_id, place);
create index webhook_event_waiting on webhook_event (webhook_id, hit_id, place)
    where delivered_at is null and given_up_at is null;

-- Writes one event for each address that may hear of the hit. A trigger, so that no way of changing a hit forgets it.
create function tell_webhooks(about uuid, is_protected boolean, said jsonb) returns void language sql as $$
    insert into webhook_event (webhook_id, hit_id, payload, happened_at, next_attempt_at)
    select webhook_id, about, said, clock_timestamp(), clock_timestamp()
    from webhook
    where removed_at is null and (protected or not is_protected)
    order by webhook_id
$$;

create function tell_of_hit() returns trigger language plpgsql as $$
begin
    perform tell_webhooks(
        new.hit_id,
        new.protected or new.awaits_hold,
        jsonb_build_object(
            'event', case when tg_op = 'INSERT' then 'hit.raised' else 'hit.changed' end,
            'hit_id', new.hit_id,
            'state', new.joint_state,
            'side_state', new.side_state,
            'state_version', new.state_version
        )
    );
    return null;
end
$$;
create trigger tell_of_hit after insert or update on hit for each row execute function tell_of_hit();

create function tell_of_message() returns trigger language plpgsql as $$
declare
    is_protected boolean;
begin
    select protected or awaits_hold into is_protected from hit where hit_id = new.hit_id;
    perform tell_webhooks(
        new.hit_id,
        coalesce(is_protected, true),
        jsonb_build_object(
            'event', case new.direction when 'sent' then 'message.sent' else 'message.received' end,
            'hit_id', new.hit_id,
            'exchange_id', new.exchange_id,
            'message_id', new.message_id,
            'purpose', new.purpose
        )
    );
    return null;
end
$$;
create trigger tell_of_message after insert on exchange_message for each row execute function tell_of_message();

-- A file that comes in parts, until it is whole and attached, or a day has passed.
create table api_upload (
    upload_id uuid primary key,
    client_id uuid not null references api_client,
    hit_id uuid not null,
    sealed_about bytea not null,
    size bigint not null check (size > 0),
    begun_at timestamptz not null,
    attachment_id uuid
);
create table api_upload_part (
    upload_id uuid not null references api_upload on delete cascade,
    starts_at bigint not null,
    length bigint not null,
    sealed_bytes bytea not null,
    primary key (upload_id, starts_at)
);
