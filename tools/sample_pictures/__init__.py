"""The drawings behind samples/pictures: known texts at known places, made from nothing but geometry.

`symbols` gets the module patterns from the writers, `sheet` draws flat artwork and remembers where every code is,
`photo` lays sheets into a scene by a homography and carries the corners along, `tags`, `documents` and `scenes`
hold the pictures, and `files` writes them with their manifest.
"""
