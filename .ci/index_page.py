"""The build backend: setuptools, with a description whose links lead somewhere from a package index's page, too.

A package index shows README.md without the files beside it. Links to these become links into the repository where
`project_urls` of setup.cfg has its address as Source, and words with the path in the sources where it does not.
"""

from typing import Any

from links import for_an_index
from setuptools import Distribution, build_meta
from setuptools.build_meta import *  # noqa: F403

__all__ = build_meta.__all__

# By an instance, because setuptools decides which distutils has the class: Python 3.12 and later have none.
_METADATA: Any = type(Distribution().metadata)
_as_written = _METADATA.get_long_description


def _description(metadata: Any) -> str:
    return for_an_index(_as_written(metadata), metadata.project_urls or {})


_METADATA.get_long_description = _description
