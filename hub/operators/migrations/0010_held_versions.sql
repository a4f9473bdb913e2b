-- A receipt says that a version is gone: asked by its reference, whether a share of it is here.
CREATE INDEX shared_record_by_reference ON shared_record (reference);
