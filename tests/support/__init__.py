"""Things that tests share: builders, fakes, generated sound, an IAM evaluator."""
