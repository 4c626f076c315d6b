"""Request signatures as pure functions: facts of a request in, a verdict with its explanation out."""
