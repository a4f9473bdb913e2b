-- Purges that this node asked others for, and those that it owes them.

-- name: add_purge
-- One purge; no row where the same one is known.
insert into purge (
    purge_id, hit_id, exchange_id, direction, holder, by_itself, reason, asked_at, due_at, message_id
) values (
    %(purge_id)s, %(hit_id)s, %(exchange_id)s, %(direction)s, %(holder)s, %(by_itself)s, %(reason)s, %(asked_at)s,
    %(due_at)s, %(message_id)s
)
on conflict (hit_id, coalesce(exchange_id, hit_id), direction, reason, holder) do nothing
returning purge_id;

-- name: adopt_purge
-- A purge that another member asked for; one that began here by itself takes the id that the member gave it.
insert into purge (
    purge_id, hit_id, exchange_id, direction, holder, reason, asked_at, due_at
) values (
    %(purge_id)s, %(hit_id)s, %(exchange_id)s, %(direction)s, %(holder)s, %(reason)s, %(asked_at)s, %(due_at)s
)
on conflict (hit_id, coalesce(exchange_id, hit_id), direction, reason, holder) do update
-- Done or kept already under another id: to be done again under this one, so that a receipt for it is given.
set purge_id = excluded.purge_id, by_itself = false,
    kept_by_law_at = case when purge.purge_id = excluded.purge_id then purge.kept_by_law_at end,
    purged_at = case when purge.purge_id = excluded.purge_id then purge.purged_at end
returning *;

-- name: find_asked
-- A purge that this node asked a member for.
select * from purge where purge_id = %(purge_id)s and holder = %(holder)s and direction = 'asked';

-- name: list_not_reached
-- Purges that nobody could be asked for, of holders that can be reached.
select purge_id, hit_id from purge
where direction = 'asked' and message_id is null and purged_at is null and holder = any(%(reachable)s)
order by asked_at, purge_id
limit %(limit)s;

-- name: list_purges
-- The purges about hits that are (or are not) protected, the newest first.
select purge.*, carrier.problem
from purge
join hit using (hit_id)
left join outbox_message as carrier on carrier.message_id = purge.message_id
where hit.protected = any(%(protected)s)
order by purge.asked_at desc, purge.purge_id;

-- name: list_ready
-- Purges that this node owes, has not done and can do now; or one of them. Under a legal hold none is, once that was said.
-- One that was done before (it was asked for afterwards, and is to be receipted) is ready whatever is left to look at.
select purge.*
from purge join hit using (hit_id)
where purge.direction = 'owed' and purge.purged_at is null
  and purge.purge_id = coalesce(%(purge_id)s::uuid, purge.purge_id)
  and (
      purge.kept_by_law_at is null
      or not exists (
          select from legal_hold where legal_hold.reference = hit.own_reference and legal_hold.lifted_at is null
      )
  )
  and (
      purge.purged is not null
      or case purge.reason
          when 'recalled' then exists (
              select from hit_step as step
              where step.hit_id = purge.hit_id and step.exchange_id = purge.exchange_id and step.event = 'recalled'
                and step.taken_by = hit.counterpart
          )
          when 'delete-by' then exists (
              select from exchange_message as said
              where said.hit_id = purge.hit_id and said.exchange_id = purge.exchange_id
                and said.direction = 'received' and said.delete_by < %(today)s
          )
          else 'CLOSED' = hit.ledger ->> 'state' or 'WITHDRAWN' in (hit.ledger ->> 'state', hit.ledger ->> 'closed_from')
      end
  )
order by purge.asked_at, purge.purge_id;

-- name: list_exchanges_asked
-- The exchanges of a hit that the other side was asked to purge.
select exchange_id from purge where hit_id = %(hit_id)s and direction = 'asked' and exchange_id is not null;

-- name: note_kept_by_law
-- A legal hold keeps the holder from purging.
update purge set kept_by_law_at = coalesce(kept_by_law_at, %(now)s)
where purge_id = %(purge_id)s and direction = %(direction)s;

-- name: note_purged
-- The holder purged: how many entries in each place.
update purge set purged_at = %(now)s, purged = %(purged)s, kept_by_law_at = null
where purge_id = %(purge_id)s and direction = %(direction)s;

-- name: note_message
-- Which message carries the request, or the receipt.
update purge set message_id = %(message_id)s where purge_id = %(purge_id)s and direction = %(direction)s;

-- name: list_to_ask_after_withdrawal
-- Hits of records that were taken back, by a person or by their review date, and whose other side was told of them (a hit
-- that was held from its detection on, and never released, it never heard of), but was not asked to purge.
select hit.hit_id
from hit
join record on record.reference = hit.own_reference
where (
      record.publication in ('withdrawing', 'withdrawn')
      or record.erased_at is not null
      or (record.hub_version is null and 'WITHDRAWN' in (hit.ledger ->> 'state', hit.ledger ->> 'closed_from'))
  )
  and coalesce(hit.ledger ->> 'held_from', '') <> 'DETECTED'
  and not exists (
      select from purge
      where purge.hit_id = hit.hit_id and purge.direction = 'asked' and purge.reason in ('withdrawn', 'data-subject')
  )
order by hit.hit_id
limit %(limit)s;

-- name: list_to_purge_after_withdrawal
-- Hits that ended with a withdrawal, where the own record is at the hub still: it was the other side's.
select hit.hit_id
from hit
join record on record.reference = hit.own_reference
where 'WITHDRAWN' in (hit.ledger ->> 'state', hit.ledger ->> 'closed_from')
  and record.publication in ('queued', 'published') and record.hub_version is not null
  and not exists (
      select from purge
      where purge.hit_id = hit.hit_id and purge.direction = 'owed' and purge.exchange_id is null
        and purge.reason in ('withdrawn', 'data-subject')
  )
order by hit.hit_id
limit %(limit)s;

-- name: list_recalled
-- Recalled exchanges of which nothing was purged.
select step.hit_id, step.exchange_id,
    case when step.taken_by = %(own)s then 'asked' else 'owed' end as direction
from hit_step as step
where step.event = 'recalled'
  and not exists (
      select from purge
      where purge.hit_id = step.hit_id and purge.exchange_id = step.exchange_id and purge.reason = 'recalled'
        and purge.direction = case when step.taken_by = %(own)s then 'asked' else 'owed' end
  )
order by step.place
limit %(limit)s;

-- name: list_past_deletion
-- Exchanges in which something was said that is to be deleted by a day that has passed.
select distinct said.hit_id, said.exchange_id,
    case when said.direction = 'sent' then 'asked' else 'owed' end as direction
from exchange_message as said
left join outbox_message as carrier on carrier.message_id = said.message_id and said.direction = 'sent'
where said.delete_by < %(today)s and said.exchange_id is not null
  and (said.direction = 'received' or (carrier.delivered_at is not null and carrier.problem is null))
  and not exists (
      select from purge
      where purge.hit_id = said.hit_id and purge.exchange_id = said.exchange_id and purge.reason = 'delete-by'
        and purge.direction = case when said.direction = 'sent' then 'asked' else 'owed' end
  )
limit %(limit)s;

-- name: forget_deliveries
-- What came about a hit, sealed for this node, and was kept because it could not be taken. Purposes: those of messages
-- between the two sides; the hub's own word is needed still.
update inbox_delivery set state = 'done', envelope = null, problem = null
where hit_id = %(hit_id)s and state in ('waiting', 'refused')
  and convert_from(envelope, 'UTF8')::jsonb ->> 'purpose' = any(%(purposes)s);

-- name: forget_unsent
-- Messages between the two sides that have not gone out: they are taken back.
update outbox_message as message
set delivered_at = %(now)s, body = null, problem = 'illegal-transition'
where message.hit_id = %(hit_id)s and message.delivered_at is null and message.kind = any(%(purposes)s);

-- name: list_votes_with_words
-- The votes of a hit, to take their words out.
select round, side from vote where hit_id = %(hit_id)s and side = any(%(sides)s);

-- name: forget_words_of_vote
-- A vote without its reason; the verdict stays.
update vote set sealed_reason = %(sealed_reason)s
where hit_id = %(hit_id)s and round = %(round)s and side = %(side)s;

-- name: forget_answers
-- What acts of the API came to, whatever they were about: an answer does not say of whom it speaks. The keys stay, so that
-- nothing is done twice.
update api_act set sealed_answer = null where sealed_answer is not null;

-- name: forget_parts
-- Files about a hit that came in part only.
delete from api_upload where hit_id = %(hit_id)s;

-- name: forget_reasons
-- What officers gave as reasons for acts on a hit.
delete from act_reason where hit_id = %(hit_id)s;

-- name: forget_looks
-- Why officers looked at a hit.
delete from justification where hit_id = %(hit_id)s;

-- name: forget_judged
-- What the own record said when the hit was judged: nothing brings its pair back.
delete from judged_facts where hit_id = %(hit_id)s;

-- name: forget_recommendation
-- A hit without what was recommended.
update hit set recommended_verdict = null, sealed_recommendation = null, recommended_by = null, recommended_at = null
where hit_id = %(hit_id)s and recommended_verdict is not null;
