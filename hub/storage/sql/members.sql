-- name: insert_federation
-- The one federation of this hub; a second one is ignored, so that `hub init` may be repeated.
INSERT INTO federation (name, exercise, incarnation)
VALUES (%(name)s, %(exercise)s, %(incarnation)s)
ON CONFLICT DO NOTHING;

-- name: find_federation
-- What this hub serves.
SELECT name, exercise, incarnation
FROM federation;

-- name: put_member
-- A state that was enrolled: new, or in the place of itself as it was before it was expelled.
INSERT INTO member (code, name, signing_key, sealing_key, hybrid_sealing_key, certificate_fingerprint,
                    request_fingerprint, standing, standing_since, keys_expire_on, certificate_expires_on, enrolled_at)
VALUES (%(code)s, %(name)s, %(signing_key)s, %(sealing_key)s, %(hybrid_sealing_key)s, %(certificate_fingerprint)s,
        %(request_fingerprint)s, %(standing)s, %(standing_since)s, %(keys_expire_on)s, %(certificate_expires_on)s,
        %(now)s)
ON CONFLICT (code) DO UPDATE
SET name = excluded.name,
    signing_key = excluded.signing_key,
    sealing_key = excluded.sealing_key,
    hybrid_sealing_key = excluded.hybrid_sealing_key,
    certificate_fingerprint = excluded.certificate_fingerprint,
    request_fingerprint = excluded.request_fingerprint,
    standing = excluded.standing,
    standing_since = excluded.standing_since,
    keys_expire_on = excluded.keys_expire_on,
    certificate_expires_on = excluded.certificate_expires_on,
    enrolled_at = excluded.enrolled_at;

-- name: find_enrolment
-- With which request a member was enrolled, and the certificate that it was given then.
SELECT m.request_fingerprint, c.certificate_pem
FROM member AS m
JOIN member_certificate AS c ON c.member = m.code
WHERE m.code = %(code)s AND m.request_fingerprint IS NOT NULL AND c.certificate_pem IS NOT NULL
ORDER BY c.issued_at
LIMIT 1;

-- name: find_member
-- One member, as the hub serves it.
SELECT code, name, signing_key, sealing_key, hybrid_sealing_key, certificate_fingerprint, standing, standing_since,
       keys_expire_on, certificate_expires_on
FROM member
WHERE code = %(code)s;

-- name: hold_member
-- The same; nobody changes it before this transaction ends.
SELECT code, name, signing_key, sealing_key, hybrid_sealing_key, certificate_fingerprint, standing, standing_since,
       keys_expire_on, certificate_expires_on
FROM member
WHERE code = %(code)s
FOR SHARE;

-- name: hold_active_members
-- Those of the members that are active, in the order of their codes; they stay so until this transaction ends.
SELECT code
FROM member
WHERE code = ANY(%(codes)s) AND standing = 'active'
ORDER BY code
FOR SHARE;

-- name: find_member_by_certificate
-- The member to whom a client certificate was issued.
SELECT m.code, m.standing
FROM member_certificate AS c
JOIN member AS m ON m.code = c.member
WHERE c.fingerprint = %(fingerprint)s;

-- name: list_members
-- Every member, as the hub serves it.
SELECT code, name, signing_key, sealing_key, hybrid_sealing_key, certificate_fingerprint, standing, standing_since,
       keys_expire_on, certificate_expires_on
FROM member
ORDER BY code;

-- name: list_retired_keys
-- Former signing keys of these members, the newest first.
SELECT member, signing_key, retired_at
FROM member_retired_key
WHERE member = ANY(%(codes)s)
ORDER BY member, retired_at DESC;

-- name: set_standing
-- How the hub lets a member stand.
UPDATE member
SET standing = %(standing)s, standing_since = %(now)s
WHERE code = %(code)s;

-- name: serve_member_as
-- The member's card and standing in the directory in effect.
UPDATE member
SET name = %(name)s,
    signing_key = %(signing_key)s,
    sealing_key = %(sealing_key)s,
    hybrid_sealing_key = %(hybrid_sealing_key)s,
    certificate_fingerprint = %(certificate_fingerprint)s,
    standing = %(standing)s,
    standing_since = %(standing_since)s,
    keys_expire_on = %(keys_expire_on)s,
    certificate_expires_on = %(certificate_expires_on)s
WHERE code = %(code)s;

-- name: forget_retired_keys
-- The directory says which former keys count; it is written down anew.
DELETE FROM member_retired_key
WHERE member = %(code)s;

-- name: insert_retired_key
-- A former key that still counts for what was signed before.
INSERT INTO member_retired_key (member, signing_key, retired_at)
VALUES (%(code)s, %(signing_key)s, %(retired_at)s);

-- name: insert_certificate
-- A certificate with which the member may connect.
INSERT INTO member_certificate (fingerprint, member, certificate_pem, issued_at)
VALUES (%(fingerprint)s, %(code)s, %(certificate_pem)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: forget_other_certificates
-- Certificates of a card that the member has no longer.
DELETE FROM member_certificate
WHERE member = %(code)s AND fingerprint <> %(fingerprint)s;

-- name: forget_certificate
-- A certificate for keys that the member asked for and then asked for others.
DELETE FROM member_certificate
WHERE fingerprint = %(fingerprint)s;

-- name: find_rotation
-- The new keys that a member asked for, and the certificate that it was given for them.
SELECT r.request_digest, r.certificate_fingerprint, c.certificate_pem
FROM member_rotation AS r
JOIN member_certificate AS c ON c.fingerprint = r.certificate_fingerprint
WHERE r.member = %(code)s;

-- name: forget_rotation
-- The member's new keys are in the directory, or it asked for others.
DELETE FROM member_rotation
WHERE member = %(code)s;

-- name: insert_rotation
-- New keys that wait for the next directory.
INSERT INTO member_rotation (member, request_digest, certificate_fingerprint, asked_at)
VALUES (%(code)s, %(request_digest)s, %(certificate_fingerprint)s, %(now)s);

-- name: note_visit
-- The member's node was here; written at most once in some seconds.
INSERT INTO member_presence (member, last_seen)
VALUES (%(code)s, %(now)s)
ON CONFLICT (member) DO UPDATE
SET last_seen = excluded.last_seen
WHERE member_presence.last_seen < excluded.last_seen - interval '5 seconds';
