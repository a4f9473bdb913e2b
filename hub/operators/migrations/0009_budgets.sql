-- Whose rows others' are compared with pays as well, and so do both owners of a pair that is asked about alone.
ALTER TABLE spending DROP CONSTRAINT spending_kind_check;
ALTER TABLE spending ADD CONSTRAINT spending_kind_check
    CHECK (kind IN ('comparisons', 'compared', 'explanations', 'tokens'));
-- Comparisons are counted in pairs of rows from here on, and were in ranges: of this day's, nothing is known.
DELETE FROM spending WHERE kind = 'comparisons';
