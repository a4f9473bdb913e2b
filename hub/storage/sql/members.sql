-- name: insert_federation
-- The one federation of this hub; a second one is ignored, so that `hub init` may be repeated.
INSERT INTO federation (name, exercise, directory_version, schema_id, schema_digest, key_epoch)
VALUES (%(name)s, %(exercise)s, %(directory_version)s, %(schema_id)s, %(schema_digest)s, %(key_epoch)s)
ON CONFLICT DO NOTHING;

-- name: find_federation
-- What this hub serves.
SELECT name, exercise, directory_version, schema_id, schema_digest, key_epoch
FROM federation;

-- name: raise_directory_version
-- Members or terms changed: nodes that see a higher version fetch the directory again.
UPDATE federation
SET directory_version = directory_version + 1;

-- name: insert_member
-- A newly enrolled member.
INSERT INTO member (code, name, signing_key, sealing_key, certificate_fingerprint, request_fingerprint,
                    certificate_pem, enrolled_at)
VALUES (%(code)s, %(name)s, %(signing_key)s, %(sealing_key)s, %(certificate_fingerprint)s, %(request_fingerprint)s,
        %(certificate_pem)s, %(now)s);

-- name: find_enrolment
-- With which request a member was enrolled, and the certificate that it was given.
SELECT request_fingerprint, certificate_pem
FROM member
WHERE code = %(code)s AND request_fingerprint IS NOT NULL;

-- name: find_member
-- One member's card.
SELECT code, name, signing_key, sealing_key, certificate_fingerprint
FROM member
WHERE code = %(code)s;

-- name: find_member_by_certificate
-- The member to whom a client certificate was issued.
SELECT code
FROM member
WHERE certificate_fingerprint = %(fingerprint)s;

-- name: list_members
-- Every member's card.
SELECT code, name, signing_key, sealing_key, certificate_fingerprint
FROM member
ORDER BY code;

-- name: note_visit
-- The member's node was here; written at most once in some seconds.
INSERT INTO member_presence (member, last_seen)
VALUES (%(code)s, %(now)s)
ON CONFLICT (member) DO UPDATE
SET last_seen = excluded.last_seen
WHERE member_presence.last_seen < excluded.last_seen - interval '5 seconds';
