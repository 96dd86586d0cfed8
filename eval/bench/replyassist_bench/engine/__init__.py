"""What the engine costs and whom it makes wait: intake, delivery jobs, slow receivers and storms."""
