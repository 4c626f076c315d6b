"""The aiohttp front: any request form becomes one Call, a Reply goes out, malformed HTTP is answered in kind."""
