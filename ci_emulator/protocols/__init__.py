"""The clouds' dialects: how a request names its action and how an answer looks on the wire."""
