"""The course's folders: reading source/, building notebooks/ and solutions/, packing the handout."""
