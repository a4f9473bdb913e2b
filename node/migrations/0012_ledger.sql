-- A hit is kept by its ledger: the order of steps that the hub confirmed. What both sides say lies in one table.

alter table hit
    -- The node's own member code: with the counterpart, the two parties. Null in rows of an older release until the
    -- program next opens the database.
    add column own_code text,
    -- The confirmed ledger in its wire form (KnownLedger).
    add column ledger jsonb,
    add column minor boolean not null default false,
    -- The own record became a victim's or minor's, and the hub has not said yet that it holds the hit.
    add column awaits_hold boolean not null default false,
    add column is_frozen boolean not null default false,
    add column holds_for_safety boolean not null default false,
    -- The round of votes in which nobody here could open the other side's.
    add column unread_round integer,
    add column assigned_to text,
    add column recommended_verdict text check (recommended_verdict in ('SAME', 'DIFFERENT', 'UNSURE')),
    add column sealed_recommendation bytea,
    add column recommended_by text,
    add column recommended_at timestamptz,
    add column acknowledged_at timestamptz,
    add column counterpart_acknowledged_at timestamptz,
    add constraint hit_recommended_whole check (
        (recommended_verdict is null) = (sealed_recommendation is null)
        and (recommended_verdict is null) = (recommended_by is null)
        and (recommended_verdict is null) = (recommended_at is null)
    );

update hit set
    awaits_hold = joint_state = 'HELD' and not hold_confirmed,
    ledger = jsonb_build_object(
        'state', case
            when joint_state = 'HELD' and not hold_confirmed then coalesce(held_from, 'ALERTED')
            when joint_state in ('REQUESTED', 'RESPONDED') then 'CONFIRMED'
            else joint_state
        end,
        -- As many steps as led there at least: whoever has come further has the higher version.
        'version', case
            when joint_state in ('ALERTED', 'HELD') then 1
            when joint_state = 'NEEDS_MORE' then 2
            when joint_state in ('WITHDRAWN', 'CLOSED') then 9
            else round + 1
        end,
        'since', to_char(state_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'round', round,
        'first_round', 1,
        'held_from', case
            when joint_state = 'HELD' and hold_confirmed then
                case when held_from in ('REQUESTED', 'RESPONDED') then 'CONFIRMED' else held_from end
        end,
        'closed_from', case when joint_state = 'CLOSED' then 'CONFIRMED' end,
        'exchanges', '[]'::jsonb
    );

alter table hit
    alter column ledger set not null,
    drop column round,
    drop column state_since,
    drop column held_from,
    drop column hold_confirmed,
    drop column hold_notice_at;

-- The steps that led to a hit's state, as its timeline shows them: one from each version of each track.
create table hit_step (
    hit_id uuid not null references hit,
    place bigint generated always as identity,
    -- Null: the hit's own track.
    exchange_id uuid,
    event text not null,
    taken_by text not null,
    follows integer not null,
    urgency text,
    taken_at timestamptz not null,
    unique nulls not distinct (hit_id, exchange_id, follows)
);

-- What both sides said to each other about a hit, but for the votes; sealed, for officers write of persons in it.
-- Requests and replies of an older release are moved here by the program when it next opens the database.
create table exchange_message (
    message_id uuid primary key,
    place bigint generated always as identity,
    hit_id uuid not null references hit,
    exchange_id uuid,
    direction text not null check (direction in ('sent', 'received')),
    purpose text not null,
    sealed_content bytea not null,
    said_at timestamptz not null,
    sent_by text
);

create index exchange_message_by_hit on exchange_message (hit_id, place);
create index exchange_message_by_exchange on exchange_message (exchange_id, place) where exchange_id is not null;

-- `kind` is the purpose of the message's envelope.
alter table outbox_message drop constraint outbox_message_kind_check;
update outbox_message set kind = 'hold-decision' where kind = 'hold';
alter table outbox_message
    -- The step that a message takes (StateNotice); it counts as taken by this side until it is followed or refused.
    add column step jsonb,
    add column followed boolean not null default false,
    -- The hub said that a hold or safety hold stops it: others may pass it, and it is tried again after the hold.
    add column on_hold boolean not null default false,
    -- It went out at least once, and the hub did not say that it lacks it: the hub may have it.
    add column tried boolean not null default false,
    -- It was approved before the record became a victim's or minor's, and the hub may have it: it is asked while it holds
    -- the hit. What it does not have is taken back.
    add column in_doubt boolean not null default false;

create index outbox_message_step on outbox_message (hit_id, place)
    where step is not null and not followed and problem is null;
drop index outbox_message_lane;
create index outbox_message_lane on outbox_message (hit_id, place) where delivered_at is null;

-- Of each lane the message that goes out next. What is about one hit goes in its order, whoever it is for; what is about
-- none goes in order to each party. A ruling, or a safety hold, waits for nothing but another of its kind. What a hold
-- stops is passed by others, but never by the next step of its own track, which was taken from where it leads.
create view outbox_message_next as
select message.*
from outbox_message as message
where message.delivered_at is null
  and not exists (
      select from outbox_message as earlier
      where earlier.delivered_at is null and earlier.place < message.place
        and earlier.hit_id is not distinct from message.hit_id
        and case
            when message.kind in ('hold-decision', 'safety-hold-order') then earlier.kind = message.kind
            else (message.hit_id is not null or earlier.audience = message.audience)
                and earlier.kind not in ('hold-decision', 'safety-hold-order')
                and (
                    not earlier.on_hold
                    or (
                        message.step is not null and earlier.step is not null
                        and message.step ->> 'exchange_id' is not distinct from earlier.step ->> 'exchange_id'
                    )
                )
        end
  );

-- Whether the hub came from a backup since this node knows it: only such a hub tells how far a hit went.
alter table hub_life add column anew boolean not null default false;

-- How far the hub says that a hit went, as long as the votes that lie open here do not say the same.
create table told_ledger (
    hit_id uuid primary key references hit,
    ledger jsonb not null
);

-- What the own record said when a pair was judged not the same: digests under a key of the record's own.
create table record_fact_key (
    reference uuid primary key references record,
    sealed_key bytea not null
);

create table judged_facts (
    hit_id uuid primary key references hit,
    reference uuid not null references record,
    facts jsonb not null
);

create index judged_facts_by_record on judged_facts (reference);

-- Why an officer held a hit for somebody's safety, lifted that, or reopened it. The words are sealed.
create table act_reason (
    reason_id uuid primary key,
    place bigint generated always as identity,
    hit_id uuid not null references hit,
    login text not null,
    act text not null,
    sealed_text bytea not null,
    given_at timestamptz not null
);

create index act_reason_by_hit on act_reason (hit_id, place);
