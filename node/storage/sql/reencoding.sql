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

-- name: list_under_another
-- Of refused versions, those that the hub has, or is about to get, under another epoch.
select distinct encoding.reference
from unnest(%(references)s::uuid[], %(epochs)s::int[], %(versions)s::int[]) as refused (reference, epoch, version)
join record_encoding as encoding
    on encoding.reference = refused.reference and encoding.version = refused.version
    and encoding.epoch <> refused.epoch and encoding.state in ('queued', 'at-hub');

-- name: close_epochs
-- The directory lists these epochs alone: what was queued under others, in no batch yet, need not leave the node.
delete from outbox_item
where kind = 'submission' and batch_id is null and key_epoch <> all(%(epochs)s);

-- name: take_back_queued
-- Records of which nothing is on its way any more: they go out when somebody publishes them again.
update record set publication = 'unpublished', changed_at = %(now)s
where publication = 'queued' and not exists (
    select from outbox_item as item
    where item.reference = record.reference and item.kind = 'submission' and item.delivered_at is null
);

-- name: forget_epochs
-- What the hub had under the epochs that the directory lists no longer.
delete from record_encoding where epoch <> all(%(epochs)s);

-- name: list_unencoded
-- Published records without an encoding of their present version under an epoch, in the order of reference.
select record.reference from record
where record.publication = 'published' and record.hub_version = record.version
  and not exists (
      select from record_encoding as encoding
      where encoding.reference = record.reference and encoding.epoch = %(epoch)s
        and encoding.version = record.version
  )
order by record.reference
limit %(limit)s;

-- name: count_unsent
-- Items that no batch has taken: while there are any, nothing is encoded again.
select count(*) from (select from outbox_item where batch_id is null limit 1) as unsent;

-- name: count_encoded
-- How many records are at the hub, how many of them under an epoch, since a moment lately, or cannot be.
select
    count(*) as records_total,
    count(*) filter (where encoding.state = 'at-hub') as records_encoded,
    count(*) filter (where encoding.state = 'at-hub' and encoding.answered_at > %(since)s) as encoded_lately,
    count(*) filter (where encoding.state = 'refused') as records_refused
from record
left join record_encoding as encoding
    on encoding.reference = record.reference and encoding.epoch = %(epoch)s and encoding.version = record.version
where record.publication = 'published';

-- name: add_epoch_receipt
-- The hub's signed word that a closed epoch's encodings are gone.
insert into epoch_receipt (message_id, epoch, erased_encodings, records, erased_at, envelope)
values (%(message_id)s, %(epoch)s, %(erased_encodings)s, %(records)s, %(erased_at)s, %(envelope)s)
on conflict (message_id) do nothing;

-- name: list_epoch_receipts
-- The receipts for closed epochs, oldest first.
select epoch, erased_encodings, records, erased_at, envelope from epoch_receipt order by erased_at, message_id;
