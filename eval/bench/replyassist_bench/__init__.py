"""Speed and accuracy, each beside a reference in the same run."""
