-- Files that come in parts.

-- name: add_upload
-- A file that is to come.
insert into api_upload (upload_id, client_id, hit_id, sealed_about, size, begun_at)
values (%(upload_id)s, %(client_id)s, %(hit_id)s, %(sealed_about)s, %(size)s, %(begun_at)s);

-- name: find_upload
-- One upload with how much has come.
select upload.*, (
    select coalesce(sum(part.length), 0) from api_upload_part as part where part.upload_id = upload.upload_id
)::bigint as received
from api_upload as upload
where upload_id = %(upload_id)s and client_id = %(client_id)s and hit_id = %(hit_id)s;

-- name: lock_upload
-- The upload that is about to grow.
select upload_id from api_upload where upload_id = %(upload_id)s for update;

-- name: add_part
-- The next part.
insert into api_upload_part (upload_id, starts_at, length, sealed_bytes)
values (%(upload_id)s, %(starts_at)s, %(length)s, %(sealed_bytes)s);

-- name: list_parts
-- Where the parts begin, in order.
select starts_at from api_upload_part where upload_id = %(upload_id)s order by starts_at;

-- name: read_part
-- One part.
select sealed_bytes from api_upload_part where upload_id = %(upload_id)s and starts_at = %(starts_at)s;

-- name: finish_upload
-- The file is attached; its parts are not needed any more.
with gone as (delete from api_upload_part where upload_id = %(upload_id)s)
update api_upload set attachment_id = %(attachment_id)s where upload_id = %(upload_id)s;

-- name: remove_upload
-- Given up.
delete from api_upload where upload_id = %(upload_id)s;

-- name: forget_uploads
-- What was begun long ago.
delete from api_upload where begun_at < %(before)s;
