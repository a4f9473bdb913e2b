-- Clocks that have run far, who wants to be told of what, and the mails that tell it.

-- name: add_escalation
-- A clock reached a share of its time; no row where that was noted before.
insert into escalation (hit_id, exchange_id, clock, started_at, level, watcher, due_at, noted_at)
values (%(hit_id)s, %(exchange_id)s, %(clock)s, %(started_at)s, %(level)s, %(watcher)s, %(due_at)s, %(noted_at)s)
on conflict (hit_id, exchange_id, clock, started_at, level, watcher) do nothing
returning escalation_id;

-- name: open_escalations_of
-- What is noted of a hit's clocks that run.
select escalation_id, exchange_id, clock, started_at from escalation
where hit_id = %(hit_id)s and ended_at is null;

-- name: end_escalation
-- A clock runs no more.
update escalation set ended_at = %(ended_at)s where escalation_id = %(escalation_id)s;

-- name: list_open_escalations
-- Those whose clock still runs, the newest first: of hits that are (or are not) protected, or of these watchers.
select e.hit_id, e.exchange_id, e.clock, e.started_at, e.level, e.watcher, e.due_at, e.noted_at, h.protected
from escalation e join hit h using (hit_id)
where e.ended_at is null and (h.protected = any(%(protected)s) or e.watcher = any(%(watchers)s))
order by e.noted_at desc, e.escalation_id desc;

-- name: put_interest
-- Somebody follows a record until then.
insert into standing_interest (reference, login, until, set_at)
values (%(reference)s, %(login)s, %(until)s, %(set_at)s)
on conflict (reference, login) do update set until = excluded.until, set_at = excluded.set_at;

-- name: remove_interest
-- Somebody follows a record no more.
delete from standing_interest where reference = %(reference)s and login = %(login)s;

-- name: list_interests
-- What one person follows, the first to end first.
select reference, login, until, set_at from standing_interest
where login = %(login)s and until > %(now)s
order by until, reference;

-- name: list_holders
-- Who follows a record now.
select login from standing_interest where reference = %(reference)s and until > %(now)s order by login;

-- name: add_notice
-- Something is to be told.
insert into notice (kind, audience_right, audience_login, hit_id, urgency, state, noted_at)
values (%(kind)s, %(right)s, %(login)s, %(hit_id)s, %(urgency)s, %(state)s, %(noted_at)s);

-- name: find_preference
-- How somebody wants to be told.
select login, address, manner, digest_at, quiet_from, quiet_until, zone, wake_for_life, since
from notice_preference where login = %(login)s;

-- name: set_preference
-- How somebody wants to be told; what was noted before they asked for mails is not told.
insert into notice_preference
    (login, address, manner, digest_at, quiet_from, quiet_until, zone, wake_for_life, since)
values
    (%(login)s, %(address)s, %(manner)s, %(digest_at)s, %(quiet_from)s, %(quiet_until)s, %(zone)s, %(wake_for_life)s,
     %(since)s)
on conflict (login) do update
set address = excluded.address, manner = excluded.manner, digest_at = excluded.digest_at,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, zone = excluded.zone,
    wake_for_life = excluded.wake_for_life,
    since = case when notice_preference.manner = 'off' then excluded.since else notice_preference.since end;

-- name: list_readers
-- Everybody who is to be told by mail, with the roles that they have now.
select p.login, p.address, p.manner, p.digest_at, p.quiet_from, p.quiet_until, p.zone, p.wake_for_life, p.since, a.roles
from notice_preference p join account a using (login)
where p.manner <> 'off' and a.disabled_at is null
order by p.login;

-- name: list_untold
-- What a person was not told yet, the oldest first; and whether its hit is the protection officers' alone by now.
select n.notice_id, n.kind, n.audience_right, n.audience_login, coalesce(h.protected, false) as protected, n.urgency,
       n.state, n.noted_at
from notice n left join hit h using (hit_id)
where n.noted_at >= %(since)s
  and not exists (select from notice_told t where t.login = %(login)s and t.notice_id = n.notice_id)
order by n.notice_id;

-- name: write_mail
-- A mail that is to go out.
insert into mail (mail_id, login, address, is_protected, subject, body, written_at, next_attempt_at)
values (%(mail_id)s, %(login)s, %(address)s, %(is_protected)s, %(subject)s, %(body)s, %(written_at)s, %(written_at)s);

-- name: note_told
-- What a mail tells of is told.
insert into notice_told (login, notice_id, mail_id) values (%(login)s, %(notice_id)s, %(mail_id)s);

-- name: find_last_mail
-- When the last mail for somebody was written.
select max(written_at) from mail where login = %(login)s;

-- name: list_due_mails
-- Mails that may be tried now, the longest waiting first; those that tell of protected hits make no other wait.
select mail_id, login, address, is_protected, subject, body, written_at, attempts from mail
where closed_at is null and next_attempt_at <= %(now)s
order by is_protected, next_attempt_at, place
limit %(limit)s;

-- name: postpone_mail
-- Try a mail again then.
update mail set attempts = attempts + 1, next_attempt_at = %(until)s where mail_id = %(mail_id)s;

-- name: close_mail
-- A mail was taken, or refused for good; its text is kept no longer.
update mail set closed_at = %(closed_at)s, is_refused = %(is_refused)s, subject = '', body = '', address = ''
where mail_id = %(mail_id)s and closed_at is null;

-- name: forget_notices_of_hit
-- What somebody was, or was to be, told of a hit, but for its end.
delete from notice where hit_id = %(hit_id)s and coalesce(state, '') not in ('WITHDRAWN', 'CLOSED');

-- name: prune_notices
-- Notices of long ago; with them goes that they were told.
delete from notice where noted_at < %(before)s;

-- name: prune_mails
-- Mails of long ago that are done with.
delete from mail where closed_at < %(before)s;

-- name: begin_freeze
-- A safety hold lies on a hit; nothing happens where one lay already.
insert into hit_freeze (hit_id, since) values (%(hit_id)s, %(now)s)
on conflict do nothing;

-- name: end_freeze
-- No safety hold lies on a hit any more.
update hit_freeze set until = %(now)s where hit_id = %(hit_id)s and until is null;

-- name: list_freezes
-- When safety holds lay on some hits.
select hit_id, since, until from hit_freeze where hit_id = any(%(hit_ids)s) order by hit_id, since;

-- name: list_steps
-- The steps of some hits, in the order of their coming.
select hit_id, exchange_id, event, taken_by, follows, urgency, taken_at from hit_step
where hit_id = any(%(hit_ids)s) order by place;

-- name: list_officers
-- Everybody who may sign in here.
select login, roles from account where disabled_at is null order by login;
