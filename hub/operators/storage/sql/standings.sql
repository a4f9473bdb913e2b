-- name: find_standing
-- How this operator stands.
select generation, doing, agreed, restored, restored_at_change from standing;

-- name: note_standing
-- What this operator is at now.
update standing set generation = %(generation)s, doing = %(doing)s, agreed = %(agreed)s,
                    restored = %(restored)s, restored_at_change = %(restored_at_change)s;

-- name: note_trouble
-- Why shares could not be restored, or (null) that they were.
update standing set trouble = %(trouble)s;

-- name: find_trouble
-- What was noted last.
select trouble from standing;

-- name: note_other
-- What another operator said of itself.
insert into other_operator (place, doing, generation, number, heard_at)
values (%(place)s, %(doing)s, %(generation)s, %(number)s, %(now)s)
on conflict (place) do update
set doing = excluded.doing, generation = excluded.generation, number = excluded.number, heard_at = excluded.heard_at;

-- name: list_others
-- What the others last said of themselves.
select place, doing, generation, number, heard_at from other_operator order by place;
