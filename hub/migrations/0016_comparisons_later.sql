-- What a member's spent budget keeps from being compared waits until then, and everything else goes on.
ALTER TABLE pending_comparison ADD COLUMN not_before timestamptz;
