"""One module a library. Each has `status()`, the version or why it is absent, and `read(image, only)`."""
