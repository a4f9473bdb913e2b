-- Canaries of blind comparison: records of nobody that the hub took among this node's own, so that it knows which to
-- send; gone from here once an operator erased them, and with their epoch.
create table canary (
    reference uuid primary key,
    key_epoch integer not null,
    namespace text not null,
    mode text not null,
    members text[] not null,
    filled text not null,
    number integer not null,
    form text not null check (form in ('query', 'hit', 'miss')),
    sent_at timestamptz not null
);
create index canary_by_group on canary (key_epoch, filled);

-- A submission says which of its items are canaries. Those that wait for their answer have none.
update outbox_batch
set body = convert_to(
    regexp_replace(convert_from(body, 'UTF8'), '^({"batch_id":"[^"]*"),"items":', '\1,"canaries":[],"items":'), 'UTF8')
where kind = 'submission' and delivered_at is null and body is not null;
