-- What a member was enrolled with, so that its welcome can be written again when the file was lost. Both are NULL for
-- members that were enrolled before.
ALTER TABLE member
    ADD COLUMN request_fingerprint text,
    ADD COLUMN certificate_pem text,
    ADD CHECK ((request_fingerprint IS NULL) = (certificate_pem IS NULL));
