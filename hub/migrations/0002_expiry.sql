-- Records leave the hub when their review date has passed, whether or not their owner's node is there to say so.

CREATE INDEX record_live_by_review_date ON record (review_date) WHERE handle IS NOT NULL;

-- An addition is forgotten with its encoding. Of a record version that is gone only the removal stays, which an index
-- that added it once, however far behind, must still find.
CREATE INDEX index_change_addition ON index_change (handle) WHERE NOT is_removal;

DELETE FROM index_change AS addition
WHERE NOT addition.is_removal
  AND NOT EXISTS (SELECT FROM encoding WHERE encoding.handle = addition.handle);
