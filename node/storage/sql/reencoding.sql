-- What the hub has of each record under each epoch, and what is to be encoded again.

-- name: note_queued
-- These versions are on their way to the hub, encoded under an epoch.
insert into record_encoding (reference, epoch, version, state)
select item.reference, item.epoch, item.version, 'queued'
from unnest(%(references)s::uuid[], %(epochs)s::int[], %(versions)s::int[]) as item (reference, epoch, version)
on conflict (reference, epoch) do update
set version = excluded.version, state = excluded.state, problem = null;

-- name: note_answers
-- What the hub said of them; an answer about an older version changes nothing.
update record_encoding as encoding
set state = case when answer.problem is null then 'at-hub' else 'refused' end, problem = answer.problem,
    answered_at = %(now)s
from unnest(%(references)s::uuid[], %(epochs)s::int[], %(versions)s::int[], %(problems)s::text[])
    as answer (reference, epoch, version, problem)
where encoding.reference = answer.reference and encoding.epoch = answer.epoch and encoding.version = answer.version;

-- name: note_not_encodable
-- Under this epoch's schema these versions cannot be compared.
insert into record_encoding (reference, epoch, version, state, problem)
select item.reference, %(epoch)s, item.version, 'refused', %(problem)s
from unnest(%(references)s::uuid[], %(versions)s::int[]) as item (reference, version)
on conflict (reference, epoch) do update
set version = excluded.version, state = excluded.state, problem = excluded.problem;

-- name: forget_records
-- The withdrawal of these records ends their encodings under every epoch.
delete from record_encoding where reference = any(%(references)s::uuid[]);

-- name: note_operator_receipts
-- An operator signed that it holds no share of these versions; its newest word counts. What is no record is none's.
insert into operator_receipt (reference, place, version, erased_at, received_at)
select record.reference, %(place)s, max(gone.version), %(erased_at)s, %(now)s
from unnest(%(references)s::uuid[], %(versions)s::int[]) as gone (reference, version)
join record using (reference)
group by record.reference
on conflict (reference, place) do update
set version = excluded.version, erased_at = excluded.erased_at, received_at = excluded.received_at
where operator_receipt.erased_at <= excluded.erased_at;

-- name: note_not_compared
-- The hub told that nobody is compared with this version; which version it told so of before.
with before as (
    select version from not_compared where reference = %(reference)s
), noted as (
    insert into not_compared (reference, version, told_at) values (%(reference)s, %(version)s, %(now)s)
    on conflict (reference) do update set version = excluded.version, told_at = excluded.told_at
)
select version from before;

-- name: list_operator_receipts
-- What operators signed of one record.
select place, erased_at from operator_receipt where reference = %(reference)s;

-- name: count_owed_receipts
-- By operator, withdrawn records that it should have given its receipt for; the protection officer's left out.
select place.place, count(distinct outcome.reference) as records, min(outcome.withdrawn_at) as since
from withdrawal_outcome as outcome
join record using (reference)
cross join unnest(%(places)s::int[]) as place (place)
where outcome.operators_owe and outcome.erased_encodings > 0 and outcome.withdrawn_at < %(before)s
  and record.category not in ('victim', 'minor')
  and not exists (
    select from operator_receipt as given
    where given.reference = outcome.reference and given.place = place.place
      and given.erased_at >= outcome.withdrawn_at - %(clocks)s::interval
  )
group by place.place
order by place.place;

-- name: list_under_another
-- Of refused versions, those that the hub has, or is about to get, under another epoch.
select distinct encoding.reference
from unnest(%(references)s::uuid[], %(epochs)s::int[], %(versions)s::int[]) as refused (reference, epoch, version)
join record_encoding as encoding
    on encoding.reference = refused.reference and encoding.version = refused.version
    and encoding.epoch <> refused.epoch and encoding.state in ('queued', 'at-hub');

-- name: close_epochs
-- The directory lists these epochs alone: what was queued under others, in no batch yet, need not leave the node. Its
-- records stay queued, and are encoded under an epoch that is listed.
delete from outbox_item
where kind = 'submission' and batch_id is null and key_epoch <> all(%(epochs)s);

-- name: keep_closed
-- What the hub had, or was about to get, under the epochs that the directory lists no longer: for their receipts.
insert into closed_encoding (epoch, reference, at_hub)
select epoch, reference, state = 'at-hub' from record_encoding
where epoch <> all(%(epochs)s) and state in ('queued', 'at-hub')
on conflict (epoch, reference) do nothing;

-- name: forget_epochs
-- What is known of the epochs that the directory lists no longer, besides what is kept for their receipts.
delete from record_encoding where epoch <> all(%(epochs)s);

-- name: note_closed_answers
-- What was on its way when its epoch was closed did reach the hub.
update closed_encoding as closed set at_hub = true
from unnest(%(references)s::uuid[], %(epochs)s::int[]) as answer (reference, epoch)
where closed.reference = answer.reference and closed.epoch = answer.epoch;

-- name: list_closed
-- What the hub had under a closed epoch, by what this node knew.
select reference, at_hub from closed_encoding where epoch = %(epoch)s;

-- name: forget_closed
-- The receipt is in.
delete from closed_encoding where epoch = %(epoch)s;

-- name: list_unencoded
-- Records whose present version the hub does not have under an epoch, in the order of reference: published ones, and
-- queued ones of which nothing is on its way (their epoch was closed). After one of them, or among some.
select found.reference from (
    (
        select record.reference from record
        where record.publication = 'published' and record.hub_version = record.version
          and record.reference > %(after)s::uuid
          and (%(among)s::uuid[] is null or record.reference = any(%(among)s::uuid[]))
          and not exists (
              select from record_encoding as encoding
              where encoding.reference = record.reference and encoding.epoch = %(epoch)s
                and encoding.version = record.version
          )
        order by record.reference
        limit %(limit)s
    )
    union all
    (
        select record.reference from record
        where record.publication = 'queued' and record.reference > %(after)s::uuid
          and (%(among)s::uuid[] is null or record.reference = any(%(among)s::uuid[]))
          and not exists (
              select from outbox_item as item
              where item.reference = record.reference and item.kind = 'submission' and item.delivered_at is null
          )
          and not exists (
              select from record_encoding as encoding
              where encoding.reference = record.reference and encoding.epoch = %(epoch)s
                and encoding.version = record.version
          )
        order by record.reference
        limit %(limit)s
    )
) as found
order by found.reference
limit %(limit)s;

-- name: find_activity
-- By what it shows that encodings may have changed: the newest item, the newest batch with an answer, and the last word
-- about a restored hub.
select
    (select max(id) from outbox_item) as newest_item,
    (select max(place) from outbox_batch where delivered_at is not null) as newest_answer,
    (select noted_at from hub_life) as hub_life_noted_at;

-- name: count_unsent
-- Items that no batch has taken: while there are any, nothing is encoded again.
select count(*) from (select from outbox_item where batch_id is null limit 1) as unsent;

-- name: count_encoded
-- How many records are at the hub, how many of them under an epoch, since a moment lately, or cannot be; of those that
-- are (or are not) a victim's or minor's.
select
    count(*) as records_total,
    count(*) filter (where encoding.state = 'at-hub') as records_encoded,
    count(*) filter (where encoding.state = 'at-hub' and encoding.answered_at > %(since)s) as encoded_lately,
    count(*) filter (where encoding.state = 'refused') as records_refused
from record
left join record_encoding as encoding
    on encoding.reference = record.reference and encoding.epoch = %(epoch)s and encoding.version = record.version
where record.publication = 'published'
  and coalesce(record.category in ('victim', 'minor'), false) = any(%(protected)s);

-- name: add_epoch_receipt
-- The hub's signed word that a closed epoch's encodings are gone.
insert into epoch_receipt (
    message_id, epoch, erased_encodings, records, erased_at, own_records, agrees, envelope
) values (
    %(message_id)s, %(epoch)s, %(erased_encodings)s, %(records)s, %(erased_at)s, %(own_records)s, %(agrees)s,
    %(envelope)s
)
on conflict (message_id) do nothing;

-- name: list_epoch_receipts
-- The receipts for closed epochs, oldest first.
select epoch, erased_encodings, records, erased_at, own_records, agrees, envelope from epoch_receipt order by erased_at, message_id;
