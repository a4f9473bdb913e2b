-- Why somebody saw a victim's or minor's hit. The words are sealed; the code alone is in the audit log too.
create table justification (
    justification_id uuid primary key,
    hit_id uuid not null references hit,
    login text not null,
    -- The browser's session, or the command: a reason counts for the visit in which it was given.
    visit text not null,
    reason text not null,
    sealed_text bytea not null,
    given_at timestamptz not null
);

create index justification_of_visit on justification (visit, hit_id, given_at);
