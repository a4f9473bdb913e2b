"""Linear algebra in one thread: its matrices are small, and threads that wait for one another burn processors."""

import os

# Before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
