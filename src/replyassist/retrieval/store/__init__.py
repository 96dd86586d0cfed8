"""Where the vectors of a brand's texts stand, and how the nearest are found."""
