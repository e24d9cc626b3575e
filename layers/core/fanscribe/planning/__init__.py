"""How a recording is spread over invocations, and what that takes and costs."""
