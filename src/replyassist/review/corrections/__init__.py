"""What people of a brand say that its messages really are: stored, taken back, and given to the reading of others."""
