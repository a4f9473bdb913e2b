-- Requests and replies that were sent while their hit was held. They go on, in their order, when it is released, and
-- are dropped when it ends.
CREATE TABLE held_message (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hit_id      text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    envelope    bytea NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX held_message_by_hit ON held_message (hit_id);
