-- name: find_newest
-- The version in effect.
SELECT signed
FROM directory_version
ORDER BY version DESC
LIMIT 1;

-- name: list_versions
-- The versions after one, oldest first.
SELECT signed
FROM directory_version
WHERE version > %(after)s
ORDER BY version
LIMIT %(limit)s;

-- name: insert_version
-- A version that came into effect.
INSERT INTO directory_version (version, digest, signed, in_effect_at)
VALUES (%(version)s, %(digest)s, %(signed)s, %(now)s);

-- name: find_proposal
-- The version that waits for signatures.
SELECT directory
FROM directory_proposal;

-- name: drop_proposal
-- Nothing is proposed.
DELETE FROM directory_proposal;

-- name: insert_proposal
-- What is proposed from now on.
INSERT INTO directory_proposal (version, digest, directory, drafted_at)
VALUES (%(version)s, %(digest)s, %(directory)s, %(now)s);

-- name: drop_signatures
-- Nobody signed what is proposed now.
DELETE FROM directory_approval;

-- name: list_signatures
-- Who signed the proposal.
SELECT member, key_id, signature
FROM directory_approval
ORDER BY member;

-- name: insert_signature
-- A member signed the proposal.
INSERT INTO directory_approval (member, key_id, signature, signed_at)
VALUES (%(member)s, %(key_id)s, %(signature)s, %(now)s)
ON CONFLICT DO NOTHING;
