"""QR, matrix and bar codes: reading them from pictures and drawing them."""
