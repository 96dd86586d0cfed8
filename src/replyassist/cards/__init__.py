"""Cards: queued items in a Slack channel, where people who linked their own account approve what they see."""
