-- name: list_running
-- Hits for which a clock may run: open ones, those of which something was not purged yet, by id.
SELECT h.hit_id, h.state, h.version, h.since, h.round, h.first_round, h.held_from, h.closed_from, h.band, h.agreement,
       h.urgency, h.schema_id, h.key_epoch, h.detected_at, h.opened_round, h.reconsidered
FROM hit AS h
WHERE h.state <> 'CLOSED'
   OR (h.closed_from = 'WITHDRAWN' AND EXISTS (
        SELECT FROM hit_side AS s WHERE s.hit_id = h.hit_id AND s.alerted_at IS NOT NULL AND s.purged_at IS NULL
   ))
   OR h.hit_id IN (
        SELECT r.hit_id
        FROM hit_step AS r
        WHERE r.event = 'recalled'
        GROUP BY r.hit_id
        HAVING count(*) > (
            SELECT count(*) FROM purge_receipt AS p WHERE p.hit_id = r.hit_id AND p.received_at >= min(r.taken_at)
        )
   )
ORDER BY h.hit_id;

-- name: find_hits
-- Some hits, by id.
SELECT h.hit_id, h.state, h.version, h.since, h.round, h.first_round, h.held_from, h.closed_from, h.band, h.agreement,
       h.urgency, h.schema_id, h.key_epoch, h.detected_at, h.opened_round, h.reconsidered
FROM hit AS h
WHERE h.hit_id = ANY(%(hit_ids)s)
ORDER BY h.hit_id;

-- name: list_sides
-- The halves of hits in the order of references, whether each froze the hit, has voted in this round, and withdrew.
SELECT s.hit_id, s.member, s.reference, s.record_kind, s.offence_group, s.is_protected, s.version, s.alerted_at,
       s.released_at, s.acknowledged_at, s.purged_at,
       EXISTS (
           SELECT FROM safety_hold AS f WHERE f.hit_id = s.hit_id AND f.member = s.member AND f.ended_at IS NULL
       ) AS freezes,
       h.opened_round >= h.round OR EXISTS (
           SELECT FROM vote_deposit AS v WHERE v.hit_id = s.hit_id AND v.member = s.member AND v.round = h.round
       ) AS has_voted,
       record.withdrawn_at IS NOT NULL AS has_withdrawn
FROM hit_side AS s
JOIN hit AS h USING (hit_id)
JOIN record ON record.reference = s.reference
WHERE s.hit_id = ANY(%(hit_ids)s)
ORDER BY s.hit_id, s.reference;

-- name: list_exchanges
-- The exchanges about hits, in the order in which they were opened.
SELECT hit_id, exchange_id, receiver, urgency, state, version, since, clarifications
FROM hit_exchange
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY hit_id, number;

-- name: list_steps
-- The steps of hits, in their order.
SELECT hit_id, exchange_id, event, taken_at
FROM hit_step
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY number;

-- name: list_freezes
-- When a safety hold of either side lay on hits.
SELECT hit_id, began_at, ended_at
FROM safety_hold
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY began_at;

-- name: list_purge_receipts
-- When sides of hits said that they have purged something.
SELECT hit_id, member, received_at
FROM purge_receipt
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY received_at;

-- name: insert_purge_receipt
-- A side says that it has purged something.
INSERT INTO purge_receipt (hit_id, member, received_at)
VALUES (%(hit_id)s, %(member)s, %(now)s);

-- name: note_told
-- Somebody is told that a clock is over; nothing happens if somebody was.
INSERT INTO clock_notice (hit_id, exchange_id, clock, member, started_at, told_at)
VALUES (%(hit_id)s, %(exchange_id)s, %(clock)s, %(member)s, %(started_at)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: list_told
-- Of which clocks somebody was told.
SELECT hit_id, exchange_id, clock, member, started_at
FROM clock_notice
WHERE hit_id = ANY(%(hit_ids)s);
