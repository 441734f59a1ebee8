"""Whether a converted set is equivalent to its export: the verdict of the exact and of the behaviour half together."""

from typing import NamedTuple

from .behaviour import Behaviour
from .exact import DIFFERENT, IDENTICAL, BlockResult
from .layout import Sizes


class Result(NamedTuple):
    """The verdict on one converted layer: its 12 blocks, and the behaviour where it was asked for."""

    sizes: Sizes
    blocks: list[BlockResult]
    behaviour: Behaviour | None

    @property
    def verdict(self) -> str:
        """The verdict that holds for the whole layer."""
        equivalent = all(block.verdict == IDENTICAL for block in self.blocks)
        return IDENTICAL if equivalent and (self.behaviour is None or self.behaviour.equivalent) else DIFFERENT

    @property
    def equivalent(self) -> bool:
        """Whether the converted set may be used in place of the export."""
        return self.verdict == IDENTICAL
