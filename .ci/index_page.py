"""The build backend: setuptools, with a description whose links lead somewhere from a package index's page, too.

A package index shows README.md without the files beside it. Links to these become links into the repository where
`project_urls` of setup.cfg has its address as Source, and words with the path in the sources where it does not.
"""

from distutils.dist import DistributionMetadata

from links import for_an_index
from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403

__all__ = build_meta.__all__


def _description(metadata: DistributionMetadata) -> str:
    page: str = _as_written(metadata)
    return for_an_index(page, getattr(metadata, "project_urls", None) or {})


_as_written = DistributionMetadata.get_long_description
DistributionMetadata.get_long_description = _description  # type: ignore[method-assign]
