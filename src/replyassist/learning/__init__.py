"""What decisions teach: messages become examples of templates, and what no template answers is shown as gaps."""
