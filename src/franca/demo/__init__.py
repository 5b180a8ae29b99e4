"""The example shop behind `franca demo`: a seeded, untidy store, its project, and what a shop's integration put into each ESP."""

from franca.demo.seeds import seed
from franca.demo.store import AS_OF, Store, make_store, write_store

__all__ = ["AS_OF", "Store", "make_store", "seed", "write_store"]
