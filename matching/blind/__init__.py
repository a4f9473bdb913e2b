"""Blind comparison: three operators, each with one share of every encoding, open one bit per pair and see no more.

Pure: no socket, file, clock or generator of randomness; docs/BLIND.md is the protocol with its proof sketch. Reading
order: `ring`, `sharing` (what a member does, without numpy), `linear_test`, `dot_products`, `bit_planes` (what each
operator does alone), `streams`, `replicated`, `batch`, `program`, `party`, `session` (what they do together),
`opening`; and before any of it, `bit_checks` and `bit_proof`: only what is proved to be bits is compared. Words are
little-endian, as on x86 and ARM.
"""
