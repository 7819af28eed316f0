"""The broker and its processes: no query can hurt another, and each is ended at its limits."""
