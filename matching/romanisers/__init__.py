"""What romanisers know as data: tables learned from pairs of names, and lists of words; `NOTICE` says from what."""
