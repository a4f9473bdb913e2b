-- Restores: of this node, and of its hub.

-- name: note_restored
-- This database came from a backup.
insert into restoration (backup_made_at, restored_at)
values (%(backup_made_at)s, %(restored_at)s)
on conflict (only_row) do update
set backup_made_at = excluded.backup_made_at, restored_at = excluded.restored_at, reconciled_at = null;

-- name: find_restoration
-- The last restore.
select backup_made_at, restored_at, reconciled_at from restoration;

-- name: note_reconciled
-- The node has agreed with the hub since.
update restoration set reconciled_at = %(reconciled_at)s where reconciled_at is null;

-- name: find_hub_life
-- The hub's incarnation that this node knows.
select incarnation, step from hub_life;

-- name: note_hub_life
-- How far this node is with an incarnation of the hub.
insert into hub_life (incarnation, step, noted_at, anew)
values (%(incarnation)s, %(step)s, %(noted_at)s, %(step)s <> 'done')
on conflict (only_row) do update
set incarnation = excluded.incarnation, step = excluded.step, noted_at = excluded.noted_at,
    anew = hub_life.anew or excluded.anew;

-- name: find_hub_anew
-- Whether the hub came from a backup since this node knows it.
select anew from hub_life;

-- name: keep_told
-- How far the hub says that a hit went; its newest word counts.
insert into told_ledger (hit_id, ledger) values (%(hit_id)s, %(ledger)s)
on conflict (hit_id) do update set ledger = excluded.ledger;

-- name: find_told
-- What the hub said of a hit that the votes have not borne out.
select ledger from told_ledger where hit_id = %(hit_id)s;

-- name: forget_told
-- The votes bore it out.
delete from told_ledger where hit_id = %(hit_id)s;

-- name: list_known_records
-- What the hub holds, by what it answered: the version, and the epochs under which it has encodings of it. Records that
-- were there once, and are on no way to it, are told as withdrawn.
select record.reference, coalesce(record.hub_version, record.version) as version,
    record.hub_version is null as withdrawn,
    array(
        select encoding.epoch from record_encoding as encoding
        where encoding.reference = record.reference and encoding.version = record.hub_version
          and encoding.state = 'at-hub'
        order by encoding.epoch
    ) as epochs
from record
where (%(after)s::uuid is null or record.reference > %(after)s)
  and (
      (record.publication in ('published', 'queued') and record.hub_version is not null)
      or (
          record.publication in ('unpublished', 'refused', 'withdrawn') and record.hub_version is null
          and exists (
              select from outbox_item as item
              where item.reference = record.reference and item.kind = 'submission' and item.batch_id is not null
          )
      )
  )
order by record.reference
limit %(limit)s;

-- name: list_published_but
-- Records that count as published here, besides those that the hub listed.
select reference from record
where publication = 'published' and reference <> all(%(references)s::uuid[])
order by reference;

-- name: note_lost_votes
-- This side's votes of these rounds are out, and their words lost here.
insert into lost_vote (hit_id, round)
select %(hit_id)s, number from unnest(%(rounds)s::int[]) as number
on conflict do nothing;

-- name: find_lost_vote
-- Whether the vote of that round is out already.
select exists (select from lost_vote where hit_id = %(hit_id)s and round = %(round)s) as lost;
