"""What a mosaic over codes is made of: where it lies, how it is painted, how the file is written, whether it holds."""
