"""What becomes of promises while processes die, databases restart, disks fill and others do not answer."""
