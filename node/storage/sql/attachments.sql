-- Files of hits, in sealed chunks.

-- name: begin_attachment
-- A file that arrives; no row when it is known.
insert into attachment (
    attachment_id, hit_id, exchange_id, direction, state, sealed_manifest, attached_by, begun_at, next_attempt_at
) values (
    %(attachment_id)s, %(hit_id)s, %(exchange_id)s, %(direction)s, %(state)s, %(sealed_manifest)s, %(attached_by)s,
    %(begun_at)s, %(begun_at)s
)
on conflict (attachment_id) do nothing
returning attachment_id;

-- name: add_chunk
-- One chunk, where its file is still wanted.
insert into attachment_chunk (attachment_id, number, sealed_content)
select attachment_id, %(number)s, %(sealed_content)s
from attachment
where attachment_id = %(attachment_id)s and state = 'arriving'
for share
on conflict (attachment_id, number) do nothing
returning number;

-- name: find_chunk
-- One sealed chunk.
select sealed_content from attachment_chunk where attachment_id = %(attachment_id)s and number = %(number)s;

-- name: list_chunks
-- Which chunks are here.
select number from attachment_chunk where attachment_id = %(attachment_id)s;

-- name: complete_attachment
-- The file is whole.
update attachment set state = 'complete', sealed_manifest = %(sealed_manifest)s
where attachment_id = %(attachment_id)s and state = 'arriving'
returning attachment_id;

-- name: find_attachment
-- One file.
select * from attachment where attachment_id = %(attachment_id)s;

-- name: list_of_hit
-- The files of a hit, the oldest first.
select * from attachment where hit_id = %(hit_id)s order by begun_at, attachment_id;

-- name: release_attachment
-- A second officer lets a file go, for the first time or after the other side purged it.
update attachment
set released_at = %(now)s, sealed_manifest = %(sealed_manifest)s, exchange_id = %(exchange_id)s, next_attempt_at = %(now)s,
    uploaded_at = null, attempts = 0, problem = null
where attachment_id = %(attachment_id)s;

-- name: take_back
-- Files that were released, and are not at the hub or not named to the other side: a second officer decides anew.
update attachment set released_at = null
where hit_id = %(hit_id)s and direction = 'sent' and released_at is not null
  and (uploaded_at is null or attachment_id = any(%(attachment_ids)s::uuid[]));

-- name: list_to_move
-- Files to be sent to the hub or fetched from it, the longest waiting first.
select * from attachment
where next_attempt_at <= %(now)s
  and (
      (direction = 'sent' and released_at is not null and uploaded_at is null and state = 'complete')
      or (direction = 'received' and acknowledged_at is null and state <> 'broken')
  )
order by next_attempt_at
limit %(limit)s;

-- name: postpone
-- A try that failed.
update attachment set attempts = attempts + 1, next_attempt_at = %(until)s where attachment_id = %(attachment_id)s;

-- name: note_uploaded
-- The hub has every chunk.
update attachment set uploaded_at = %(now)s, attempts = 0 where attachment_id = %(attachment_id)s;

-- name: note_acknowledged
-- It is whole here, and the hub knows.
update attachment set acknowledged_at = %(now)s, attempts = 0 where attachment_id = %(attachment_id)s;

-- name: note_broken
-- It cannot be had, or is not what its sender named.
update attachment set state = 'broken', problem = %(problem)s, uploaded_at = coalesce(uploaded_at, %(now)s)
where attachment_id = %(attachment_id)s;

-- name: remove_chunks
-- The chunks of a file that cannot be used.
delete from attachment_chunk where attachment_id = %(attachment_id)s;

-- name: forget_abandoned
-- What a browser began to send long ago, and did not end.
delete from attachment
where direction = 'sent' and state = 'arriving' and begun_at < %(before)s;

-- name: remove_attachment
-- One file with its chunks.
delete from attachment where attachment_id = %(attachment_id)s;

-- name: purge_attachments
-- The files of a hit, with their chunks.
delete from attachment where hit_id = %(hit_id)s and direction = any(%(directions)s);
