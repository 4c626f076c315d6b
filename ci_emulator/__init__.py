"""Tencent COS and Cloud Infinite on localhost, with real recognition of real pictures."""

__version__ = "0.1.0"
