"""Comparisons: recipes that train several arms with several seeds and say which differ.

`comparison` says what one is, `catalog` holds one file for each, `run` runs one.
"""

from pipelines._environment import prepare_libraries

prepare_libraries()
