-- What a restore asks of the database that it is to fill.

-- name: count_relations
-- How many tables, indexes, views and sequences there are that are not PostgreSQL's own.
SELECT count(*)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';
