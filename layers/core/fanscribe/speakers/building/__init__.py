"""The two speaker models, built from published checkpoints. Needs numpy alone."""

SEGMENTATION, EMBEDDING = "segmentation.onnx", "embedding.onnx"  # the models' files
