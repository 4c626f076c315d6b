"""What looks at pixels: safe decoding, codes, text, cards. Importing this package imports no library of pixels."""
