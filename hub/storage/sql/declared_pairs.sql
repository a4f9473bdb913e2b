-- name: keep_declaration
-- What a member declares of a pair; its newest word counts.
INSERT INTO pair_declaration (pair_id, member, declaration)
VALUES (%(pair_id)s, %(member)s, %(declaration)s)
ON CONFLICT (pair_id, member) DO UPDATE SET declaration = excluded.declaration;

-- name: take_back
-- A member declares a pair no more.
DELETE FROM pair_declaration WHERE pair_id = %(pair_id)s AND member = %(member)s;

-- name: list_declarations
-- What was declared of a pair, locked.
SELECT member, declaration
FROM pair_declaration
WHERE pair_id = %(pair_id)s
ORDER BY member
FOR UPDATE;

-- name: keep_aliases
-- The references that stand for the sides of a hit.
INSERT INTO pair_alias (reference, pair_id, hit_id)
SELECT reference, %(pair_id)s, %(hit_id)s
FROM unnest(%(references)s::text[]) AS item (reference);

-- name: find_hit_of_pair
-- The hit that was raised on a pair.
SELECT hit_id FROM pair_alias WHERE pair_id = %(pair_id)s LIMIT 1;

-- name: is_alias
-- Whether a reference stands for a side of a pair.
SELECT EXISTS (SELECT FROM pair_alias WHERE reference = %(reference)s);
