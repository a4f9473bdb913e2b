-- What the welcome said, and the chain of the directory's versions as the members signed them.

-- name: find_membership
-- The federation that this node belongs to.
select federation, exercise, hub_signing_key, confirmed_at is not null as is_confirmed from membership;

-- name: join
-- A welcome: the first, or another one of the same federation.
insert into membership (federation, exercise, hub_signing_key, joined_at)
values (%(federation)s, %(exercise)s, %(hub_signing_key)s, %(joined_at)s)
on conflict (only_row) do update set hub_signing_key = excluded.hub_signing_key;

-- name: confirm
-- Somebody here knows that the members are those of the directory.
update membership set confirmed_at = %(confirmed_at)s where confirmed_at is null;

-- name: note_incarnation
-- Which life of the hub spoke.
update membership set hub_incarnation = %(incarnation)s where hub_incarnation is distinct from %(incarnation)s;

-- name: find_incarnation
-- Which life of the hub last spoke.
select hub_incarnation from membership;

-- name: find_newest
-- The newest version, with its signatures.
select body from directory_version order by version desc limit 1;

-- name: find_first_with_epoch
-- The version that listed an epoch first.
select body from directory_version where %(epoch)s = any(epochs) order by version limit 1;

-- name: append_version
-- The version that follows the newest; no row where another process took it first. Of two at once, either its number or
-- its digest may be found there first.
insert into directory_version (version, digest, body, epochs, taken_at)
values (%(version)s, %(digest)s, %(body)s, %(epochs)s, %(taken_at)s)
on conflict do nothing
returning version;

-- name: list_versions
-- The whole chain, from the founding on.
select body, taken_at from directory_version order by version;

-- name: find_proposal
-- The proposal as it was last seen.
select body, issued_at from directory_proposal;

-- name: save_proposal
-- The proposal as it is seen now.
insert into directory_proposal (body, issued_at, seen_at) values (%(body)s, %(issued_at)s, %(seen_at)s)
on conflict (only_row) do update
set body = excluded.body, issued_at = excluded.issued_at, seen_at = excluded.seen_at;

-- name: note_shut_out
-- The hub takes nothing of this node; since when, for as long as it says the same.
insert into shut_out (problem, since) values (%(problem)s, %(since)s)
on conflict (only_row) do update set problem = excluded.problem, since = excluded.since
where shut_out.problem <> excluded.problem;

-- name: end_shut_out
-- The hub answers again.
delete from shut_out;

-- name: find_shut_out
-- Whether the hub shuts this node out.
select problem, since from shut_out;

-- name: note_compared
-- A card was compared with the member itself.
insert into compared_card (code, fingerprint, compared_by, compared_at)
values (%(code)s, %(fingerprint)s, %(compared_by)s, %(compared_at)s)
on conflict (code, fingerprint) do nothing;

-- name: list_compared
-- Fingerprints of the cards that were compared here.
select fingerprint from compared_card;
