-- The newest time of issue of each lane of this node's own messages: a clock that is set back makes none of them older
-- than one before.
create table own_lane (
    audience text not null,
    topic text not null,
    newest_issued_at timestamptz not null,
    -- The one before, as long as the newest may turn out to lie in the hub's future.
    former_issued_at timestamptz,
    primary key (audience, topic)
);

-- Of which linkage key a message speaks: sealed again, it must say the same.
alter table outbox_message add column key_epoch integer, add column key_attempt integer;
