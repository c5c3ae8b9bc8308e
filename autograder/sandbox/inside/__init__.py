"""What runs inside the sandbox. It is bound there under a name of its own, so it imports nothing of autograder."""
