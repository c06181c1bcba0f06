"""Published models, one per file: a `MODEL` declared in symbols; its numbers are in `ossim/data/models`.

Models of the user's own, in the folders that ``OSSIM_PATH`` names, are imported from here as well.
"""

from ossim.registry import user_folders

__path__ = [*__path__, *user_folders("models")]
