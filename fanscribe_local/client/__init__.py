"""The command's access to a stack, on AWS or on this machine, and to the file system."""
