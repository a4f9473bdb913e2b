-- Which profiles the records of a segment fill: a pair is compared in one job with pairs that other profiles judge, and
-- each operator keeps closed what the job's own profile does not judge. What is here is read off the records that lie
-- there; a segment without any is described again with its next record.
ALTER TABLE segment ADD COLUMN filled text[] NOT NULL DEFAULT '{}';
DELETE FROM segment AS s WHERE NOT EXISTS (SELECT FROM shared_record AS r WHERE s.segment = ANY(r.segments));
UPDATE segment AS s
SET filled = (
    SELECT array_agg(DISTINCT other.what)
    FROM shared_record AS r
    JOIN segment AS other ON other.segment = ANY(r.segments)
    WHERE s.segment = ANY(r.segments) AND other.what NOT LIKE 'explain/%'
)
WHERE s.what NOT LIKE 'explain/%';
ALTER TABLE segment ALTER COLUMN filled DROP DEFAULT;
