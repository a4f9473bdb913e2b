-- What waits to go out: items, the batches that they travel in, and single messages.

-- name: add_items
-- Submission or withdrawal items, in the transaction of their records: one statement for all, numbered in their order.
insert into outbox_item (kind, reference, version, payload, key_epoch, created_at)
select item.kind, item.reference, item.version, item.payload, item.key_epoch, %(created_at)s
from unnest(
    %(kinds)s::text[], %(references)s::uuid[], %(versions)s::int[], %(payloads)s::bytea[], %(key_epochs)s::int[]
) with ordinality as item (kind, reference, version, payload, key_epoch, place)
order by item.place;

-- name: cancel_unsent_submissions
-- Takes back the submissions of records that no batch has taken yet.
delete from outbox_item
where reference = any(%(references)s::uuid[]) and kind = 'submission' and batch_id is null;

-- name: list_ever_sent
-- Those of these records of which a submission ever went into a batch: the hub may hold their encodings, or live hits.
select distinct reference
from outbox_item
where reference = any(%(references)s::uuid[]) and kind = 'submission' and batch_id is not null;

-- name: find_open_batch
-- The oldest batch without an answer, due or not; none newer may overtake it.
select batch_id, kind, body, attempts, next_attempt_at
from outbox_batch
where delivered_at is null
order by place
limit 1;

-- name: lock_unsent_items
-- The oldest items that no batch has taken, in order.
select id, kind, reference, version, payload, key_epoch
from outbox_item
where batch_id is null
order by id
limit %(limit)s
for update;

-- name: lock_unsent_submissions
-- Submissions that no batch has taken and no withdrawal waits before, of each record the oldest, by their random turns:
-- sorted registers would else arrive as they are sorted.
select id, kind, reference, version, payload, key_epoch
from outbox_item as submission
where batch_id is null and kind = 'submission'
    and id < coalesce(
        (select min(id) from outbox_item where batch_id is null and kind = 'withdrawal'), 9223372036854775807
    )
    and not exists (
        select from outbox_item as earlier
        where earlier.batch_id is null and earlier.reference = submission.reference and earlier.id < submission.id
    )
order by turn
limit %(limit)s
for update;

-- name: lock_unsent_withdrawals
-- The oldest withdrawals that no batch has taken, where nothing of the same record waits before them.
select id, kind, reference, version, payload, key_epoch
from outbox_item as withdrawal
where batch_id is null and kind = 'withdrawal' and not exists (
    select from outbox_item as earlier
    where earlier.batch_id is null and earlier.reference = withdrawal.reference and earlier.id < withdrawal.id
)
order by id
limit %(limit)s
for update;

-- name: add_batch
-- A newly formed batch.
insert into outbox_batch (batch_id, kind, body, attempts, next_attempt_at, created_at)
values (%(batch_id)s, %(kind)s, %(body)s, %(attempts)s, %(next_attempt_at)s, %(now)s);

-- name: assign_items
-- Puts items into a batch.
update outbox_item set batch_id = %(batch_id)s where id = any(%(ids)s);

-- name: move_items
-- Puts a batch's items into the one that takes its place.
update outbox_item set batch_id = %(next_batch_id)s where batch_id = %(batch_id)s;

-- name: list_batch_items
-- The items of a batch, in order.
select reference, version, key_epoch from outbox_item where batch_id = %(batch_id)s order by id;

-- name: close_batch
-- The hub answered (or refused the whole batch): what was sent is not kept.
update outbox_batch set delivered_at = %(now)s, body = null, problem = %(problem)s
where batch_id = %(batch_id)s and delivered_at is null;

-- name: close_items
-- The answers for a batch's items, one statement for all; their payloads are not kept.
update outbox_item set delivered_at = %(now)s, payload = null, problem = answer.problem
from unnest(%(references)s::uuid[], %(problems)s::text[]) as answer (reference, problem)
where outbox_item.batch_id = %(batch_id)s and outbox_item.reference = answer.reference;

-- name: postpone_batch
-- A try that failed: the same batch is tried again later.
update outbox_batch set attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s
where batch_id = %(batch_id)s;

-- name: add_message
-- A message to the hub or, sealed, to another member, in the transaction of the act; with the step that it takes.
insert into outbox_message (
    message_id, kind, audience, hit_id, body, key_epoch, key_attempt, step, next_attempt_at, created_at
) values (
    %(message_id)s, %(kind)s, %(audience)s, %(hit_id)s, %(body)s, %(key_epoch)s, %(key_attempt)s, %(step)s, %(now)s,
    %(now)s
);

-- name: list_due_messages
-- Messages whose time has come, oldest first; of each lane the oldest alone.
select message_id, kind, audience, hit_id, body, attempts, key_epoch, key_attempt, step, tried, in_doubt
from outbox_message_next
where next_attempt_at <= %(now)s
order by place
limit %(limit)s;

-- name: seal_again
-- The recipient has other keys than when the message was sealed: its content, sealed for those.
update outbox_message set body = %(body)s where message_id = %(message_id)s and delivered_at is null;

-- name: close_message
-- The hub took the message, or refused it for good.
update outbox_message set delivered_at = %(now)s, body = null, problem = %(problem)s, on_hold = false
where message_id = %(message_id)s and delivered_at is null;

-- name: find_waiting_withdrawal
-- Whether a withdrawal of the record waits for the hub's answer.
select exists (
    select from outbox_item where reference = %(reference)s and kind = 'withdrawal' and delivered_at is null
) or exists (
    -- Where the hub knows the record of a hit by what stands for it alone.
    select from outbox_message
    join found_pair on found_pair.hit_id = outbox_message.hit_id
    where found_pair.own_reference = %(reference)s and outbox_message.kind = 'pair-end'
      and outbox_message.delivered_at is null
) as waits;

-- name: list_taken_steps
-- The steps about a hit that the hub took and that are not followed here, in their order.
select message_id, step
from outbox_message
where hit_id = %(hit_id)s and step is not null and not followed and problem is null and delivered_at is not null
order by place;

-- name: note_followed
-- The ledger has come to where the step stands.
update outbox_message set followed = true where message_id = %(message_id)s;

-- name: note_on_hold
-- A hold stops the message: others about the hit may pass it. Where the hub said so, it does not have it.
update outbox_message
set on_hold = true, attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s, tried = tried and not %(by_hub)s
where message_id = %(message_id)s;

-- name: note_tried
-- The message goes out now; no row when it was taken back meanwhile.
update outbox_message set tried = true where message_id = %(message_id)s and delivered_at is null
returning message_id;

-- name: lock_unsent_of_hit
-- What waits to go out about a hit, oldest first.
select message_id, kind, audience, hit_id, body, attempts, key_epoch, key_attempt, step, tried, in_doubt
from outbox_message
where hit_id = %(hit_id)s and delivered_at is null
order by place
for update;

-- name: note_in_doubt
-- The hub may have the message, and is asked while it holds the hit.
update outbox_message set in_doubt = true where message_id = %(message_id)s;

-- name: find_in_doubt
-- Whether the hub is still to be asked about a message of this hit.
select exists (
    select from outbox_message where hit_id = %(hit_id)s and in_doubt and delivered_at is null
) as waits;

-- name: let_go_on
-- The hold is over: what it stopped is tried again now.
update outbox_message set on_hold = false, next_attempt_at = least(next_attempt_at, %(now)s)
where hit_id = %(hit_id)s and on_hold and delivered_at is null;

-- name: postpone_message
-- A try that failed: the same message is tried again later.
update outbox_message set attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s
where message_id = %(message_id)s;

-- name: find_next_attempt
-- When the next message or batch is due; null when nothing waits.
select least(
    (select min(next_attempt_at) from outbox_message_next),
    (select min(next_attempt_at) from outbox_batch where delivered_at is null),
    (select min(created_at) from outbox_item where batch_id is null and kind = 'withdrawal'),
    greatest(
        (select min(created_at) from outbox_item where batch_id is null and kind = 'submission'),
        (
            select next_attempt_at from token_wait
            where exists (select from outbox_item where batch_id is null and kind = 'submission')
        )
    )
) as next_attempt_at;

-- name: count_waiting
-- What still waits to go out, and what was refused for good; but for what concerns a record or a hit of which the
-- protection officer alone may know.
select
    (
        select count(*) from outbox_item as item left join record using (reference)
        where item.delivered_at is null and coalesce(record.category not in ('victim', 'minor'), true)
    ) as items,
    (
        select count(*) from outbox_message as message left join hit using (hit_id)
        where message.delivered_at is null and hit.protected is not true
    ) as messages,
    (
        select count(*) from outbox_message as message left join hit using (hit_id)
        where message.problem is not null and hit.protected is not true
    ) as messages_refused;

-- name: add_receipt
-- The hub's signed receipt, as it came.
insert into receipt (batch_id, kind, envelope, received_at)
values (%(batch_id)s, %(kind)s, %(envelope)s, %(received_at)s)
on conflict (batch_id) do nothing;

-- name: add_withdrawal_outcome
-- What the receipt says of one withdrawn record.
insert into withdrawal_outcome (
    batch_id, reference, erased_encodings, hits_closed, withdrawn_at, problem
) values (
    %(batch_id)s, %(reference)s, %(erased_encodings)s, %(hits_closed)s, %(withdrawn_at)s, %(problem)s
)
on conflict (batch_id, reference) do nothing;

-- name: list_withdrawals
-- The receipts of a record's withdrawals, newest first.
select outcome.batch_id, outcome.erased_encodings, outcome.hits_closed, outcome.withdrawn_at, outcome.problem,
    outcome.operators_owe, receipt.envelope
from withdrawal_outcome as outcome
join receipt using (batch_id)
where outcome.reference = %(reference)s
order by outcome.withdrawn_at desc;
