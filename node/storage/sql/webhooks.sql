-- Own systems that are told of what happens to hits, and what each is still to be told.

-- name: add_webhook
-- An address.
insert into webhook (webhook_id, url, sealed_secret, authority, protected, added_by, added_at)
values (%(webhook_id)s, %(url)s, %(sealed_secret)s, %(authority)s, %(protected)s, %(added_by)s, %(added_at)s);

-- name: find_webhook
-- An address in force.
select * from webhook where webhook_id = %(webhook_id)s and removed_at is null;

-- name: list_webhooks
-- The addresses in force, with how it goes.
select webhook.*, (
    select count(*) from webhook_event as event
    where event.webhook_id = webhook.webhook_id and event.delivered_at is null and event.given_up_at is null
) as waiting, (
    select count(*) from webhook_event as event
    where event.webhook_id = webhook.webhook_id and event.given_up_at is not null
) as given_up, (
    select event.last_failure from webhook_event as event
    where event.webhook_id = webhook.webhook_id and event.delivered_at is null and event.last_failure is not null
    order by event.place limit 1
) as last_failure
from webhook
where removed_at is null
order by added_at, webhook_id;

-- name: remove_webhook
-- It is told nothing more.
update webhook set removed_at = %(now)s where webhook_id = %(webhook_id)s and removed_at is null
returning webhook_id;

-- name: forget_events_of
-- What an address was, or was to be, told.
delete from webhook_event where webhook_id = %(webhook_id)s;

-- name: add_trial
-- An event that says nothing.
insert into webhook_event (event_id, webhook_id, payload, happened_at, next_attempt_at)
values (%(event_id)s, %(webhook_id)s, '{"event": "webhook.tried"}', %(now)s, %(now)s);

-- name: drop_protected
-- What has become a protected hit's since is not told to who may not hear of it; nor what is of a hit that is gone.
delete from webhook_event as event using webhook
where webhook.webhook_id = event.webhook_id and not webhook.protected and event.delivered_at is null
  and event.hit_id is not null
  and not exists (
      select from hit where hit.hit_id = event.hit_id and not hit.protected and not hit.awaits_hold
  );

-- name: take_due
-- The first undelivered event of each hit at each address, where it is due; nobody else has it until the lease ends.
update webhook_event set next_attempt_at = %(until)s
where event_id in (
    select event.event_id from webhook_event as event
    where event.delivered_at is null and event.given_up_at is null and event.next_attempt_at <= %(now)s
      and not exists (
          select from webhook_event as earlier
          where earlier.webhook_id = event.webhook_id and earlier.hit_id is not distinct from event.hit_id
            and earlier.delivered_at is null and earlier.given_up_at is null and earlier.place < event.place
      )
    order by event.place
    limit %(most)s
    for update skip locked
)
returning event_id, webhook_id, payload, happened_at, attempts, place;

-- name: note_delivered
-- An address took an event.
update webhook_event set delivered_at = %(now)s, last_failure = null where event_id = %(event_id)s;

-- name: note_failed
-- It did not; without a next time, it is not tried again.
update webhook_event
set attempts = attempts + 1, last_failure = %(why)s, next_attempt_at = coalesce(%(next)s, next_attempt_at),
    given_up_at = case when %(next)s::timestamptz is null then %(now)s end
where event_id = %(event_id)s;

-- name: forget_events_of_hit
-- What was told of a hit, and what is still to be told of messages that are gone. What became of the hit itself is told
-- still: an own system that heard of it hears of its end.
delete from webhook_event
where hit_id = %(hit_id)s
  and (delivered_at is not null or given_up_at is not null or payload ->> 'event' in ('message.sent', 'message.received'));

-- name: forget_told
-- What was told, or given up, long ago.
delete from webhook_event where coalesce(delivered_at, given_up_at) < %(before)s;
