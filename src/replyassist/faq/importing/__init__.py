"""Templates as other programs export them: read, brought under our fields, mended at the door, and reported."""
