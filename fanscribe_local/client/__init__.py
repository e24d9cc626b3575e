"""What the command needs of a stack, on AWS or on this machine, and of the file system."""
