-- In which order submissions leave: drawn by PostgreSQL's strong generator when they are queued, so that nobody who sees
-- them arrive knows the order in which they were published, and the next ones are found without sorting all that wait.
alter table outbox_item add column turn uuid not null default gen_random_uuid();
create index outbox_item_unsent_by_turn on outbox_item (turn) where batch_id is null and kind = 'submission';

-- What waits before an item is looked up, whatever PostgreSQL believes of how many wait: after a large import it is wrong.
create index outbox_item_unsent_of_record on outbox_item (reference, id) where batch_id is null;
create index outbox_item_unsent_withdrawal on outbox_item (id) where batch_id is null and kind = 'withdrawal';
