-- Whom to call in each state, what pairs of states agreed on, files on their way from state to state, and who was told
-- that a clock was over. Nothing here identifies a person of a case: desks are offices, files are sealed.

-- A state's newest focal-point directory, as it signed it (canonical JSON). A desk is no person.
CREATE TABLE focal_points (
    member      text COLLATE "C" PRIMARY KEY REFERENCES member (code),
    version     integer NOT NULL,
    signed      bytea NOT NULL,
    received_at timestamptz NOT NULL
);

-- When each desk was asked whether somebody is there, and when it answered. `unanswered_since` is the first question
-- that it left open, and stays until it answers; `told_stale_at`: its deputy and the facilitator were told of that.
CREATE TABLE desk_watch (
    member           text COLLATE "C" NOT NULL REFERENCES focal_points (member) ON DELETE CASCADE,
    desk_id          text COLLATE "C" NOT NULL,
    ping_id          text COLLATE "C",
    asked_at         timestamptz,
    unanswered_since timestamptz,
    answered_at      timestamptz,
    told_stale_at    timestamptz,
    PRIMARY KEY (member, desk_id),
    CHECK ((ping_id IS NULL) = (asked_at IS NULL))
);

-- Every version that two states agreed on, with both signatures, and the one that one of them proposes.
CREATE TABLE pair_profile (
    low_member  text COLLATE "C" NOT NULL REFERENCES member (code),
    high_member text COLLATE "C" NOT NULL REFERENCES member (code),
    version     integer NOT NULL,
    signed      bytea NOT NULL,
    agreed_at   timestamptz,
    PRIMARY KEY (low_member, high_member, version),
    CHECK (low_member < high_member)
);
CREATE UNIQUE INDEX pair_profile_one_proposal ON pair_profile (low_member, high_member) WHERE agreed_at IS NULL;

-- A file on its way: what its sender offered, until it was received or dropped. The chunks are sealed for the receiver.
CREATE TABLE attachment (
    attachment_id text COLLATE "C" PRIMARY KEY,
    hit_id        text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    exchange_id   text COLLATE "C",
    sender        text COLLATE "C" NOT NULL REFERENCES member (code),
    receiver      text COLLATE "C" NOT NULL REFERENCES member (code),
    size          bigint NOT NULL,
    chunk_digests text[] NOT NULL,
    offered_at    timestamptz NOT NULL,
    received_at   timestamptz,
    dropped_at    timestamptz
);
CREATE INDEX attachment_kept ON attachment (offered_at) WHERE received_at IS NULL AND dropped_at IS NULL;
CREATE TABLE attachment_chunk (
    attachment_id text COLLATE "C" NOT NULL REFERENCES attachment (attachment_id),
    number        integer NOT NULL,
    sealed        bytea NOT NULL,
    PRIMARY KEY (attachment_id, number)
);
-- Ciphertext does not become smaller: to try costs time for each chunk.
ALTER TABLE attachment_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Why a file goes whatever its age; null where it stays. None of these reasons ever passes.
CREATE VIEW attachment_over AS
SELECT a.attachment_id,
       CASE
           WHEN 'WITHDRAWN' IN (hit.state, hit.closed_from) THEN 'withdrawn'
           WHEN EXISTS (
               SELECT FROM hit_step
               WHERE hit_step.hit_id = a.hit_id AND hit_step.exchange_id = a.exchange_id AND hit_step.event = 'recalled'
           ) THEN 'recalled'
           WHEN EXISTS (
               SELECT FROM member
               WHERE member.code IN (a.sender, a.receiver) AND member.standing = 'expelled'
           ) THEN 'expelled'
       END AS reason
FROM attachment AS a
JOIN hit USING (hit_id);

-- Of which clock that was over its side (and, but for holds, the facilitator) was told: once for each time that it ran.
CREATE TABLE clock_notice (
    hit_id      text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    exchange_id text COLLATE "C",
    clock       text NOT NULL,
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    started_at  timestamptz NOT NULL,
    told_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX clock_notice_once
    ON clock_notice (hit_id, coalesce(exchange_id, ''), clock, member, started_at);

-- When a side said that it has purged something of a hit: what, its message says to the other side alone.
CREATE TABLE purge_receipt (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hit_id      text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    received_at timestamptz NOT NULL
);
CREATE INDEX purge_receipt_by_hit ON purge_receipt (hit_id, received_at);
CREATE INDEX hit_step_recalled ON hit_step (hit_id, taken_at) WHERE event = 'recalled';

-- What the facilitator is to be told by mail: codes only, and no hit. `mailed_at`: a mail that counts it was written.
CREATE TABLE facilitator_notice (
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('clock-over', 'desk-stale')),
    member    text COLLATE "C" NOT NULL REFERENCES member (code),
    subject   text NOT NULL,
    state     text,
    urgency   text,
    noted_at  timestamptz NOT NULL,
    mailed_at timestamptz
);
CREATE INDEX facilitator_notice_waiting ON facilitator_notice (number) WHERE mailed_at IS NULL;

-- Mails that are to be sent, one for each recipient, until the mail server took or refused them.
CREATE TABLE mail_outbox (
    mail_id     text COLLATE "C" PRIMARY KEY,
    recipient   text NOT NULL,
    subject     text NOT NULL,
    content     text NOT NULL,
    written_at  timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries       integer NOT NULL DEFAULT 0,
    sent_at     timestamptz,
    refused_at  timestamptz
);
CREATE INDEX mail_outbox_waiting ON mail_outbox (next_try_at) WHERE sent_at IS NULL AND refused_at IS NULL;
