-- Whom to call, in every state: the directories that the states signed, as far as this node verified them.
create table focal_point_directory (
    member text primary key,
    version integer not null,
    -- The signed directory as canonical JSON.
    body bytea not null,
    taken_at timestamptz not null
);

-- When the hub last asked a desk whether it lives, and when it last answered.
create table desk_life (
    member text not null,
    desk_id text not null,
    pinged_at timestamptz,
    answered_at timestamptz,
    primary key (member, desk_id)
);

-- When the book was last heard from the hub: how old what is here may be.
create table focal_point_book (
    only_row boolean primary key default true check (only_row),
    issued_at timestamptz not null,
    heard_at timestamptz not null,
    -- The version of the own directory that the hub handed out then; 0: none.
    own_version integer not null
);

-- What the hub handed out in a state's name and this node did not believe.
create table focal_point_refusal (
    member text primary key,
    version integer not null,
    problem text not null,
    refused_at timestamptz not null
);

-- The own directory while somebody works on it: TOML, as it is exported.
create table focal_point_draft (
    only_row boolean primary key default true check (only_row),
    body text not null,
    changed_by text not null,
    changed_at timestamptz not null
);

-- Who works at which of the own desks: known here alone.
create table desk_staff (
    desk_id text not null,
    login text not null,
    primary key (desk_id, login)
);

-- The hub asks a desk for a sign of life.
create table desk_ping (
    ping_id uuid primary key,
    desk_id text not null,
    asked_at timestamptz not null,
    answer_by timestamptz not null,
    answered_at timestamptz,
    answered_by text,
    -- When whoever stands in for the desk was told that it left the question open.
    told_stale_at timestamptz,
    check ((answered_at is null) = (answered_by is null))
);

-- What two states agreed on, or propose: one version in effect and one proposal for each other state.
create table pair_profile (
    counterpart text not null,
    version integer not null,
    is_agreed boolean not null,
    -- The signed profile as canonical JSON.
    body bytea not null,
    taken_at timestamptz not null,
    primary key (counterpart, version)
);

-- In which state a clock of a hit or of an exchange was seen to reach which share: told once, whatever restarts.
create table escalation (
    escalation_id bigint generated always as identity primary key,
    hit_id uuid not null references hit,
    exchange_id uuid,
    clock text not null,
    started_at timestamptz not null,
    level text not null check (level in ('three-quarters', 'over')),
    watcher text not null,
    due_at timestamptz,
    noted_at timestamptz not null,
    ended_at timestamptz,
    unique nulls not distinct (hit_id, exchange_id, clock, started_at, level, watcher)
);

create index escalation_open on escalation (hit_id) where ended_at is null;

-- Somebody wants to be told of whatever concerns a record; it ends by itself.
create table standing_interest (
    reference uuid not null references record,
    login text not null,
    until timestamptz not null,
    set_at timestamptz not null,
    primary key (reference, login)
);

-- What is to be told by mail, and to whom: an office or one person. No record, no name; the hit says who may know.
create table notice (
    notice_id bigint generated always as identity primary key,
    kind text not null,
    -- A right, which the person's roles must carry; or one login.
    audience_right text,
    audience_login text,
    hit_id uuid references hit,
    urgency text,
    state text,
    noted_at timestamptz not null,
    check ((audience_right is null) <> (audience_login is null))
);

create index notice_recent on notice (noted_at);

create table notice_preference (
    login text primary key,
    address text not null,
    manner text not null check (manner in ('off', 'at-once', 'digest')),
    digest_at integer not null check (digest_at between 0 and 1439),
    quiet_from integer check (quiet_from between 0 and 1439),
    quiet_until integer check (quiet_until between 0 and 1439),
    zone text not null,
    wake_for_life boolean not null,
    since timestamptz not null,
    check ((quiet_from is null) = (quiet_until is null))
);

-- A mail that was written, until the server has taken it; the notices that it tells of are told.
create table mail (
    mail_id uuid primary key,
    place bigint generated always as identity,
    login text not null,
    address text not null,
    -- Whether it tells of a protected hit: it goes after the others, so that it makes none of them wait.
    is_protected boolean not null,
    subject text not null,
    body text not null,
    written_at timestamptz not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    closed_at timestamptz,
    is_refused boolean not null default false
);

create index mail_open on mail (next_attempt_at) where closed_at is null;

create table notice_told (
    login text not null,
    notice_id bigint not null references notice on delete cascade,
    mail_id uuid references mail on delete set null,
    primary key (login, notice_id)
);

-- From when to when a safety hold lay on a hit: its clocks stood still.
create table hit_freeze (
    hit_id uuid not null references hit,
    since timestamptz not null,
    until timestamptz,
    primary key (hit_id, since)
);

create unique index hit_freeze_open on hit_freeze (hit_id) where until is null;
