-- Why shares could not be restored when that was last tried: people have to talk about it.
ALTER TABLE standing ADD COLUMN trouble text;
