-- Every hit has a ledger: how far its own track and that of each exchange about it went, in the order that this hub keeps.

-- A hit that was closed makes room for another on the same pair (`hub/domain/pairings.py` says when).
DROP INDEX hit_once_per_pair;
ALTER TABLE hit RENAME COLUMN rounds_opened TO opened_round;
ALTER TABLE hit
    ADD COLUMN version      integer NOT NULL DEFAULT 0,
    ADD COLUMN since        timestamptz,
    ADD COLUMN round        integer NOT NULL DEFAULT 1,
    ADD COLUMN first_round  integer NOT NULL DEFAULT 1,
    ADD COLUMN held_from    text,
    ADD COLUMN closed_from  text,
    ADD COLUMN joint_state  text,
    ADD COLUMN reconsidered boolean NOT NULL DEFAULT false;

-- Until now the hub knew HELD, ALERTED, WITHDRAWN and CLOSED, and not what votes came to. What it knows begins with
-- version 0: whatever the parties tell in the reconciliation below is newer. All clocks begin now.
UPDATE hit
SET since = date_trunc('milliseconds', now()),
    round = greatest(1, opened_round),
    held_from = CASE
        WHEN state NOT IN ('HELD', 'CLOSED') THEN NULL
        WHEN EXISTS (SELECT FROM hit_side AS s WHERE s.hit_id = hit.hit_id AND s.alerted_at IS NULL) THEN 'DETECTED'
        WHEN opened_round = 2 THEN 'NEEDS_MORE'
        ELSE 'ALERTED'
    END,
    closed_from = CASE WHEN state = 'CLOSED' THEN 'HELD' END,
    state = CASE WHEN state = 'ALERTED' AND opened_round = 2 THEN 'NEEDS_MORE' ELSE state END;
UPDATE hit SET joint_state = state;
ALTER TABLE hit
    ALTER COLUMN since SET NOT NULL,
    ALTER COLUMN joint_state SET NOT NULL,
    ALTER COLUMN version DROP DEFAULT;
CREATE UNIQUE INDEX hit_open_once_per_pair ON hit (low_reference, high_reference)
    WHERE state NOT IN ('WITHDRAWN', 'CLOSED');
CREATE INDEX hit_by_pair ON hit (low_reference, high_reference, detected_at);
DROP INDEX hit_by_state;
CREATE INDEX hit_by_joint_state ON hit (joint_state);
CREATE INDEX hit_open_since ON hit (since) WHERE state <> 'CLOSED';

-- Which version of its record a side's half is about, when its desk said that it has seen it, and when it said that
-- it has purged what it received.
ALTER TABLE hit_side
    ADD COLUMN version         integer,
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN purged_at       timestamptz;
UPDATE hit_side SET version = record.version FROM record WHERE record.reference = hit_side.reference;
ALTER TABLE hit_side ALTER COLUMN version SET NOT NULL;

-- Exchanges about hits, in the order in which they were opened.
CREATE TABLE hit_exchange (
    hit_id         text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    exchange_id    text COLLATE "C" NOT NULL,
    number         integer NOT NULL,
    receiver       text COLLATE "C" NOT NULL REFERENCES member (code),
    urgency        text NOT NULL,
    state          text NOT NULL,
    version        integer NOT NULL,
    since          timestamptz NOT NULL,
    clarifications integer NOT NULL,
    reminders      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (hit_id, exchange_id)
);
CREATE INDEX hit_exchange_open_since ON hit_exchange (since) WHERE state <> 'CLOSED';

-- Every step that was taken, in the order that counts: `at` as its party says, `taken_at` by this hub's clock.
CREATE TABLE hit_step (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hit_id      text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    exchange_id text COLLATE "C",
    event       text NOT NULL,
    by_party    text COLLATE "C" NOT NULL,
    follows     integer NOT NULL,
    urgency     text,
    at          timestamptz NOT NULL,
    taken_at    timestamptz NOT NULL
);
CREATE INDEX hit_step_by_hit ON hit_step (hit_id, number);

-- Safety holds of either side, with when they ended: clocks stand still meanwhile.
CREATE TABLE safety_hold (
    hit_id   text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    member   text COLLATE "C" NOT NULL REFERENCES member (code),
    began_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX safety_hold_once ON safety_hold (hit_id, member) WHERE ended_at IS NULL;
CREATE INDEX safety_hold_by_hit ON safety_hold (hit_id);

-- What is sent while a hit is held waits at home from now on. A message that was refused is refused again when another
-- try of it arrives late.
DROP TABLE held_message;
ALTER TABLE relayed_message ADD COLUMN problem text;

-- The message by which the hub told of withdrawals, holds, releases and closures is none any more.
DELETE FROM delivery WHERE purpose = 'hit-notice';

-- The parties tell this hub how far their hits went, as after a restore.
UPDATE reconciliation SET finished_at = now()
WHERE finished_at IS NULL;
INSERT INTO reconciliation (incarnation, backup_made_at, restored_at)
SELECT gen_random_uuid()::text, now(), now()
WHERE EXISTS (SELECT FROM hit WHERE state NOT IN ('WITHDRAWN', 'CLOSED'))
  AND EXISTS (SELECT FROM member WHERE standing = 'active');
DELETE FROM known_hit;
UPDATE federation SET incarnation = r.incarnation
FROM reconciliation AS r
WHERE r.finished_at IS NULL;
