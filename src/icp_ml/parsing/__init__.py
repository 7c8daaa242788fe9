"""Understand the values that people write: one module for each kind of value.

A value is understood by itself and the settings of its column, never by its neighbours, so that a
row means the same alone and among a million.
"""

from icp_ml.parsing.columns import PARSER_VERSION, Parsed, parse_column
from icp_ml.parsing.mapped import parse_mapped
from icp_ml.parsing.notation import Notation, notation, notation_of
from icp_ml.parsing.tables import parse_table

__all__ = [
    "PARSER_VERSION",
    "Notation",
    "Parsed",
    "notation",
    "notation_of",
    "parse_column",
    "parse_mapped",
    "parse_table",
]
