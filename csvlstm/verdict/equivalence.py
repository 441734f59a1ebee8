"""Whether a converted set is equivalent to its export: the verdict of the exact and of the behaviour half together."""

from typing import NamedTuple

from .behaviour import Behaviour
from .results import DIFFERENT, LEVELS, BlockResult


class Result(NamedTuple):
    """The verdict on one converted cell: its 12 blocks, and the behaviour where it was checked."""

    blocks: list[BlockResult]
    behaviour: Behaviour | None

    @property
    def verdict(self) -> str:
        """The verdict on the whole cell: the worst of its blocks, and different where the cells behave so."""
        if self.behaviour and not self.behaviour.equivalent:
            return DIFFERENT
        return max((block.verdict for block in self.blocks), key=LEVELS.index)
