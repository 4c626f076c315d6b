"""The actions of API 3.0: one a file, registered by being imported."""
