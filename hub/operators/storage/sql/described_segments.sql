-- name: describe_segment
-- A segment that the hub made; what was said of one is never changed.
insert into segment (segment, epoch, schema_digest, what, bits, owner, namespace, compare_mode, compare_members,
                     filled)
values (%(segment)s, %(epoch)s, %(schema_digest)s, %(what)s, %(bits)s, %(owner)s, %(namespace)s,
        %(compare_mode)s, %(compare_members)s, %(filled)s)
on conflict (segment) do nothing;

-- name: list_segments
-- Every segment.
select * from segment order by segment;

-- name: list_empty_segments
-- Of these segments, those that nothing lies in.
select s.segment from segment as s
where s.segment = any(%(segments)s)
  and not exists (select from shared_record as r where s.segment = any(r.segments));

-- name: give_back_segments
-- These are described no more.
delete from segment where segment = any(%(segments)s);

-- name: forget_all_segments
-- What rows were of: another life of the hub numbers them otherwise.
delete from segment;
