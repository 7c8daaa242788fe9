"""Embedded demo data: a seeded generator of a believable B2B seller, its customers, prospects and truth."""

from icp_ml.data.demo.files import write
from icp_ml.data.demo.tables import DemoTables, generate

__all__ = ["DemoTables", "generate", "write"]
