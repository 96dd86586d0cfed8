"""A new person's first hour: five practice items with what a lead decided, which are never sent."""
