-- All states' desks, the own ones while somebody works on them, and what pairs agreed on.

-- name: list_directories
-- Every state's newest directory.
select body, taken_at from focal_point_directory order by member;

-- name: find_directory
-- One state's newest directory.
select body, taken_at from focal_point_directory where member = %(member)s;

-- name: keep_directory
-- A verified directory, in the place of an older one; no row where a newer one is here.
insert into focal_point_directory (member, version, body, taken_at)
values (%(member)s, %(version)s, %(body)s, %(taken_at)s)
on conflict (member) do update
set version = excluded.version, body = excluded.body, taken_at = excluded.taken_at
where focal_point_directory.version < excluded.version
returning member;

-- name: drop_directory
-- A state that is no member any more.
delete from focal_point_directory where member = %(member)s;

-- name: list_lives
-- How the desks live.
select member, desk_id, pinged_at, answered_at from desk_life order by member, desk_id;

-- name: forget_lives
-- What the hub said before.
delete from desk_life;

-- name: save_life
-- How one desk lives.
insert into desk_life (member, desk_id, pinged_at, answered_at)
values (%(member)s, %(desk_id)s, %(pinged_at)s, %(answered_at)s);

-- name: find_age
-- How old the book is.
select issued_at, heard_at, own_version from focal_point_book;

-- name: note_age
-- The hub was heard.
insert into focal_point_book (issued_at, heard_at, own_version) values (%(issued_at)s, %(heard_at)s, %(own_version)s)
on conflict (only_row) do update
set issued_at = excluded.issued_at, heard_at = excluded.heard_at, own_version = excluded.own_version;

-- name: list_refused
-- What was not believed.
select member, version, problem, refused_at from focal_point_refusal order by member;

-- name: note_refused
-- What was not believed; no row where it is noted already.
insert into focal_point_refusal (member, version, problem, refused_at)
values (%(member)s, %(version)s, %(problem)s, %(refused_at)s)
on conflict (member) do update
set version = excluded.version, problem = excluded.problem, refused_at = excluded.refused_at
where (focal_point_refusal.version, focal_point_refusal.problem) is distinct from (excluded.version, excluded.problem)
returning member;

-- name: forget_refused
-- What came since is believed.
delete from focal_point_refusal where member = %(member)s;

-- name: lock_draft
-- The own directory as somebody works on it.
select body, changed_by, changed_at from focal_point_draft for update;

-- name: save_draft
-- The draft, in the place of what was.
insert into focal_point_draft (body, changed_by, changed_at) values (%(body)s, %(changed_by)s, %(changed_at)s)
on conflict (only_row) do update
set body = excluded.body, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- name: forget_draft
-- What was drafted is signed.
delete from focal_point_draft;

-- name: list_staff
-- Who works at which of the own desks.
select desk_id, login from desk_staff order by desk_id, login;

-- name: forget_staff
-- Nobody works at a desk, until it is said who does.
delete from desk_staff where desk_id = %(desk_id)s;

-- name: add_staff
-- Somebody works at a desk.
insert into desk_staff (desk_id, login) values (%(desk_id)s, %(login)s);

-- name: add_ping
-- A question of the hub; no row when it is known.
insert into desk_ping (ping_id, desk_id, asked_at, answer_by)
values (%(ping_id)s, %(desk_id)s, %(asked_at)s, %(answer_by)s)
on conflict (ping_id) do nothing
returning ping_id;

-- name: lock_ping
-- One question that is about to be answered.
select ping_id, desk_id, asked_at, answer_by, answered_at, answered_by from desk_ping
where ping_id = %(ping_id)s for update;

-- name: list_pings
-- The newest question to each desk, those without an answer first, the longest waiting before the others.
select ping_id, desk_id, asked_at, answer_by, answered_at, answered_by
from (select distinct on (desk_id) * from desk_ping order by desk_id, asked_at desc) newest
order by answered_at is not null, asked_at, desk_id;

-- name: note_answer
-- Somebody answered.
update desk_ping set answered_at = %(answered_at)s, answered_by = %(answered_by)s
where ping_id = %(ping_id)s and answered_at is null;

-- name: note_stale
-- Whoever stands in is told that a question was left open; no row where they were told before.
update desk_ping set told_stale_at = %(now)s
where ping_id = %(ping_id)s and answered_at is null and told_stale_at is null
returning ping_id;

-- name: list_profiles
-- Every version and proposal between this state and another, the newest first.
select counterpart, version, is_agreed, body, taken_at from pair_profile order by counterpart, version desc;

-- name: keep_profile
-- A proposal, or the same version with both signatures in its place.
insert into pair_profile (counterpart, version, is_agreed, body, taken_at)
values (%(counterpart)s, %(version)s, %(is_agreed)s, %(body)s, %(taken_at)s)
on conflict (counterpart, version) do update
set is_agreed = excluded.is_agreed, body = excluded.body, taken_at = excluded.taken_at
where not pair_profile.is_agreed;
